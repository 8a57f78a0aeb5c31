//! Ending one kind of mail from the mail itself, signed in or not.
//!
//! Opening the link changes nothing, because programs that look through mail open it too. A mailbox that offers
//! to unsubscribe sends the POST itself (RFC 8058); the page's button sends the same.

use askama::Template;

use super::chrome::{Chrome, Nobody};
use super::guard::{InPath, Public};
use super::page::{Answer, page};
use super::{Error, Fields, Reason, visitor};
use crate::domain::id::ContactId;
use crate::domain::permission::News;
use crate::outbound::stop;
use crate::store::profile;

#[derive(Template)]
#[template(path = "link/stop.html")]
struct Page {
    chrome: Chrome<Nobody>,
    token: String,
    news: News,
    is_done: bool,
}

/// Whom the link is about. A forged one is a page that is not there.
fn about(public: &Public<InPath<String>>) -> Result<(ContactId, News), Error> {
    stop::read(&public.app.config.keys, &public.args.0).ok_or(Reason::NotFound.into())
}

/// `GET /unsubscribe/{token}`
pub(crate) async fn form(public: Public<InPath<String>>) -> Answer {
    let (_contact, news) = about(&public)?;
    page(&Page {
        chrome: public.chrome,
        token: public.args.0,
        news,
        is_done: false,
    })
}

/// `POST /unsubscribe/{token}`: said twice it is the same.
pub(crate) async fn stop(public: Public<InPath<String>>, form: Fields) -> Answer {
    let (contact, news) = about(&public)?;
    form.sound()?;
    let app = &public.app;
    let address = visitor::address(&public.head.headers);
    let batch = profile::stop(contact, news, (app.id()?, &address), app.now);
    app.db.batch(batch).await?;
    page(&Page {
        chrome: public.chrome,
        token: public.args.0,
        news,
        is_done: true,
    })
}
