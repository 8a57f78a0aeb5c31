//! Settings → Email templates: the business's own wording of mails.
//!
//! A wording is parsed before it is kept, so one that was saved can always be sent. Preview and
//! test work on what stands in the form, saved or not, and keep it there.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Admin, InPath, Load, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::app::App;
use crate::domain::id::MailId;
use crate::domain::template::{Body, Kind, Subject, Values, Variable};
use crate::domain::time::{Millis, Timestamp};
use crate::outbound::letter::Letter;
use crate::store::branding::{self, Branding};
use crate::store::outbox::{self, NewMail};
use crate::store::settings::{self, Security};
use crate::store::template::{self, Stored};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The wording that the path names, with what a preview is made of.
pub(crate) struct Wording {
    kind: Kind,
    stored: Option<Stored>,
    security: Security,
    look: Branding,
}

impl Load for Wording {
    type Args = InPath<Kind>;
    fn statements(InPath(kind): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            template::stored(*kind),
            settings::security(),
            branding::truth(),
        ]
    }
    fn read(
        InPath(kind): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let stored = results.first()?;
        let (security, look) = (results.first()?, results.first()?);
        Ok(security.zip(look).map(|(security, look)| Self {
            kind,
            stored,
            security,
            look,
        }))
    }
}

/// A mail as it would arrive.
struct Preview {
    subject: String,
    letter: Letter,
    text: String,
}

#[derive(Template)]
#[template(path = "settings/template.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    kind: Kind,
    is_own: bool,
    preview: Option<Preview>,
    /// What was done just now, on this page.
    said: String,
}

impl Page {
    fn new(chrome: Chrome<Me>, wording: &Wording, form: Fields) -> Self {
        Self {
            chrome,
            form,
            kind: wording.kind,
            is_own: wording.stored.is_some(),
            preview: None,
            said: String::new(),
        }
    }

    /// The kinds that can be chosen: address, name, whether it is this one.
    fn kinds(&self) -> Vec<(String, &'static str, bool)> {
        let link = |kind| (path(kind), kind.label(), kind == self.kind);
        Kind::ALL.into_iter().map(link).collect()
    }

    const fn variables(&self) -> &'static [Variable] {
        self.kind.variables()
    }
}

fn path(kind: Kind) -> String {
    format!("/admin/settings/templates/{}", kind.as_str())
}

fn read(form: &mut Fields, kind: Kind) -> Option<(Subject, Body)> {
    let subject = form.required("subject", |text| Subject::parse(kind, text));
    let body = form.required("body", |text| Body::parse(kind, text));
    Some((subject?, body?))
}

/// The form as the wording stands.
fn filled(wording: &Wording) -> Fields {
    let (kind, stored) = (wording.kind, wording.stored.as_ref());
    let subject = stored.map_or(kind.default_subject(), |own| &own.subject);
    let body = stored.map_or(kind.default_body(), |own| &own.body);
    Fields::filled([("subject", subject.to_owned()), ("body", body.to_owned())]).stamped()
}

/// `GET /admin/settings/templates/{kind}`
pub(crate) async fn form(staff: Admin<Wording>) -> Answer {
    let form = filled(&staff.page);
    page(&Page::new(staff.chrome, &staff.page, form))
}

/// `POST /admin/settings/templates/{kind}`
pub(crate) async fn save(staff: Admin<Wording>, mut form: Fields) -> Answer {
    let kind = staff.page.kind;
    let typed = read(&mut form, kind);
    form.meanwhile(&filled(&staff.page));
    let (Some((subject, body)), false) = (typed, form.has_errors()) else {
        return try_again(&Page::new(staff.chrome, &staff.page, form));
    };
    let app = &staff.app;
    let same = |own: &Stored| own.subject == subject.as_str() && own.body == body.as_str();
    if staff.page.stored.as_ref().is_some_and(same) {
        Flash::success(app, "Everything was saved like this already.");
        return see(&path(kind));
    }
    let read = template::stands(kind, staff.page.stored.as_ref());
    let write = template::save(kind, &subject, &body, app.now);
    let entry = changed(app, staff.me(), "template.changed", kind)?;
    app.db.batch(vec![read, write, entry]).await?;
    Flash::success(
        app,
        "The wording is saved. The next mail of this kind starts from it.",
    );
    see(&path(kind))
}

/// `POST /admin/settings/templates/{kind}/reset`
pub(crate) async fn reset(staff: Admin<Wording>) -> Answer {
    let (app, kind) = (&staff.app, staff.page.kind);
    let entry = changed(app, staff.me(), "template.reset", kind)?;
    app.db.batch(vec![template::reset(kind), entry]).await?;
    Flash::success(app, "The wording is back to the one we started with.");
    see(&path(kind))
}

fn changed(app: &App, me: &Me, action: &'static str, kind: Kind) -> Result<Statement, Error> {
    let entry = me.entry(action, kind.label());
    Ok(entry.append(app.id()?, app.now))
}

/// The mail as it would be, to an invented person of an invented client.
fn example(
    app: &App,
    me: &Me,
    wording: &Wording,
    subject: &Subject,
    body: &Body,
) -> (String, Letter) {
    let until = app.now.plus(wording.security.invite_days.span()).day_time();
    let values = Values {
        business_name: &wording.look.name,
        client_name: "Example Company",
        contact_first_name: "Alex",
        expires_at: &until,
        sender_name: &me.name,
        support_email: wording.look.support_email.as_deref().unwrap_or(&me.email),
        invoice_number: "INV-2026-0042",
        amount_due: "€1,234.00",
        due_date: &app.now.plus(Millis::days(14)).day(),
    };
    let text = body.render(&values);
    let letter = Letter {
        paragraphs: text.before,
        button: Some(wording.kind.button().to_owned()),
        // A link that is nobody's: its page opens and its form says that it does not work.
        path: format!("{}example", wording.kind.path()),
        after: text.after,
    };
    (subject.render(&values), letter)
}

/// `POST /admin/settings/templates/{kind}/preview`: the mail on the page, nothing saved.
pub(crate) async fn preview(staff: Admin<Wording>, mut form: Fields) -> Answer {
    let Some((subject, body)) = read(&mut form, staff.page.kind) else {
        return try_again(&Page::new(staff.chrome, &staff.page, form));
    };
    let (subject, letter) = example(&staff.app, staff.me(), &staff.page, &subject, &body);
    let origin = staff.app.config.base_url.origin();
    let text = letter.plain_text(&staff.page.look, origin, ("", None), None);
    page(&Page {
        preview: Some(Preview {
            subject,
            letter,
            text,
        }),
        ..Page::new(staff.chrome, &staff.page, form)
    })
}

/// `POST /admin/settings/templates/{kind}/test`: the mail to whoever is signed in, nothing saved.
pub(crate) async fn test(staff: Admin<Wording>, mut form: Fields) -> Answer {
    let Some((subject, body)) = read(&mut form, staff.page.kind) else {
        return try_again(&Page::new(staff.chrome, &staff.page, form));
    };
    let (app, me) = (&staff.app, staff.me());
    let (subject, letter) = example(app, me, &staff.page, &subject, &body);
    let id: MailId = app.id()?;
    let mail = NewMail {
        id,
        dedupe_key: format!("test {id}"),
        kind: "test",
        to_email: &me.email,
        to_name: &me.name,
        subject: &format!("Test: {subject}"),
        content: &serde_json::to_string(&letter)?,
        sealed: None,
        staff: Some(me.id),
        contact: None,
        client: None,
        link: None,
    };
    app.db.run(outbox::queue(&mail, app.now)).await?;
    app.mail_queued();
    let said = match app.mailer.what_is_missing() {
        None => format!("A test is on its way to {}.", me.email),
        Some(missing) => format!("A test for {} is in the outbox. {missing}", me.email),
    };
    page(&Page {
        said,
        ..Page::new(staff.chrome, &staff.page, form)
    })
}
