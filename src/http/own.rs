//! Somebody at their own account: staff under /admin, contacts under /. One shape for both, so that
//! what a person does with their account is written once; the side decides paths, cookie and table.

use http::StatusCode;

use super::chrome::{Brand, Chrome, Nobody};
use super::guard::{Me, StaffOf, Viewer, Who};
use super::page::Answer;
use super::{Fields, kept};
use crate::app::App;
use crate::domain::id::SessionId;
use crate::domain::next::Side;
use crate::store::audit::{Entry, Principal};
use crate::store::session::Person;

/// A guard's proof without its rank: who is signed in, with what the page loaded.
pub(super) struct Own<L = ()> {
    /// The parts of the request.
    pub(super) app: App,
    /// What surrounds the page, and who is signed in.
    pub(super) frame: Frame,
    /// What the page asked from D1.
    pub(super) page: L,
}

/// The surroundings of a page of one side or the other.
pub(super) enum Frame {
    /// Under /admin.
    Staff(Chrome<Me>),
    /// Under /.
    Client(Chrome<Who>),
}

impl<R, L> From<StaffOf<R, L>> for Own<L> {
    fn from(staff: StaffOf<R, L>) -> Self {
        let StaffOf {
            app, chrome, page, ..
        } = staff;
        let frame = Frame::Staff(chrome);
        Self { app, frame, page }
    }
}

impl<M, L> From<Viewer<M, L>> for Own<L> {
    fn from(viewer: Viewer<M, L>) -> Self {
        let Viewer {
            app, chrome, page, ..
        } = viewer;
        let frame = Frame::Client(chrome);
        Self { app, frame, page }
    }
}

impl Side {
    /// The profile of who is signed in.
    pub(super) const fn profile(self) -> &'static str {
        match self {
            Self::Staff => "/admin/profile",
            Self::Client => "/profile",
        }
    }

    /// What one is told then.
    pub(super) const fn forgot_sent(self) -> &'static str {
        match self {
            Self::Staff => "/admin/forgot/sent",
            Self::Client => "/forgot/sent",
        }
    }

    /// Where one asks for a link to choose a new password.
    pub(super) const fn forgot(self) -> &'static str {
        match self {
            Self::Staff => "/admin/forgot",
            Self::Client => "/forgot",
        }
    }
}

impl Frame {
    /// What they had typed on this page before a step-up.
    pub(super) fn again(&mut self, app: &App) -> Option<Fields> {
        let person = self.person().id();
        match self {
            Self::Staff(chrome) => kept::again(app, chrome, &person),
            Self::Client(chrome) => kept::again(app, chrome, &person),
        }
    }

    /// Which side.
    pub(super) fn side(&self) -> Side {
        match self {
            Self::Staff(_) => Side::Staff,
            Self::Client(_) => Side::Client,
        }
    }

    /// Whose login it is.
    pub(super) fn person(&self) -> Person {
        match self {
            Self::Staff(chrome) => Person::Staff(chrome.me.id),
            Self::Client(chrome) => Person::Account(chrome.me.account),
        }
    }

    /// The session of this browser.
    pub(super) fn session(&self) -> SessionId {
        match self {
            Self::Staff(chrome) => chrome.me.session,
            Self::Client(chrome) => chrome.me.session,
        }
    }

    /// The person's name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Staff(chrome) => &chrome.me.name,
            Self::Client(chrome) => &chrome.me.name,
        }
    }

    /// The person's e-mail address.
    pub(super) fn email(&self) -> &str {
        match self {
            Self::Staff(chrome) => &chrome.me.email,
            Self::Client(chrome) => &chrome.me.email,
        }
    }

    /// Whether a password is set.
    pub(super) fn has_password(&self) -> bool {
        match self {
            Self::Staff(_) => true,
            Self::Client(chrome) => chrome.me.has_password,
        }
    }

    /// The look of the business.
    pub(super) fn brand(&self) -> &Brand {
        match self {
            Self::Staff(chrome) => &chrome.brand,
            Self::Client(chrome) => &chrome.brand,
        }
    }

    /// The surroundings of a page that anybody may see.
    pub(super) fn plain(self) -> Chrome<Nobody> {
        match self {
            Self::Staff(chrome) => chrome.for_nobody(),
            Self::Client(chrome) => chrome.for_nobody(),
        }
    }

    /// Words that an attacker would try as a password.
    pub(super) fn context(&self) -> Vec<String> {
        let mut words = vec![
            self.brand().name.clone(),
            self.name().to_owned(),
            self.email().to_owned(),
        ];
        if let Self::Client(chrome) = self {
            words.push(chrome.me.client_name.clone());
        }
        words
    }

    /// An entry of the audit log about what the person did to their own account.
    pub(super) fn entry(&self, action: &'static str, detail: String) -> Entry {
        let (principal, client, address) = match self {
            Self::Staff(Chrome { me, .. }) => (
                Principal::Staff(me.id, me.name.clone()),
                None,
                me.address.clone(),
            ),
            Self::Client(Chrome { me, .. }) => (
                Principal::Contact(me.id, me.name.clone()),
                Some(me.client),
                me.address.clone(),
            ),
        };
        Entry {
            principal,
            action,
            entity: Some(self.person().id()),
            client,
            detail,
            address,
        }
    }
}

/// What a page shows of its own, drawn into the surroundings of either side.
pub(super) trait Sheet {
    /// The page, with a status.
    fn draw(&self, frame: &Frame, status: StatusCode) -> Answer;

    /// The page, 200.
    fn page(&self, frame: &Frame) -> Answer {
        self.draw(frame, StatusCode::OK)
    }

    /// A form that needs another look, 422.
    fn try_again(&self, frame: &Frame) -> Answer {
        self.draw(frame, StatusCode::UNPROCESSABLE_ENTITY)
    }
}

/// Makes a type a [`Sheet`] by a template for each side, which see it as `view`.
macro_rules! sheet {
    ($view:ty, $staff:literal, $client:literal) => {
        impl $crate::http::own::Sheet for $view {
            fn draw(
                &self,
                frame: &$crate::http::own::Frame,
                status: ::http::StatusCode,
            ) -> $crate::http::page::Answer {
                #[derive(::askama::Template)]
                #[template(path = $staff)]
                struct Staff<'a> {
                    chrome: &'a $crate::http::chrome::Chrome<$crate::http::guard::Me>,
                    view: &'a $view,
                }
                #[derive(::askama::Template)]
                #[template(path = $client)]
                struct Client<'a> {
                    chrome: &'a $crate::http::chrome::Chrome<$crate::http::guard::Who>,
                    view: &'a $view,
                }
                match frame {
                    $crate::http::own::Frame::Staff(chrome) => {
                        $crate::http::page::page_with(status, &Staff { chrome, view: self })
                    }
                    $crate::http::own::Frame::Client(chrome) => {
                        $crate::http::page::page_with(status, &Client { chrome, view: self })
                    }
                }
            }
        }
    };
}
pub(super) use sheet;
