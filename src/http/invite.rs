//! Invite Client: staff choose a contact, review the mail, edit it and send it. To somebody who is
//! active already they send a link to sign in instead.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::contact::People;
use super::guard::{Me, Staff};
use super::mailing::{Look, Mailing, only_looks};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, magic};
use crate::app::App;
use crate::domain::id::{LinkId, StaffId};
use crate::domain::invitation::RevokedReason;
use crate::domain::role::Role;
use crate::domain::template::{Body, Kind, Subject, Values};
use crate::domain::time::Timestamp;
use crate::domain::token::{Purpose, Secret};
use crate::store::Statement;
use crate::store::contact::Contact;
use crate::store::invitation::{self, Draft};

#[derive(Template)]
#[template(path = "invitation/choose.html")]
struct Choose {
    chrome: Chrome<Me>,
    page: People,
    now: Timestamp,
}

/// `GET /admin/clients/{id}/invite`: whom? Of one contact there is no choice.
pub(crate) async fn choose(staff: Staff<People>) -> Answer {
    if let [only] = staff.page.contacts.as_slice() {
        return see(&format!("/admin/contacts/{}/invite", only.id));
    }
    page(&Choose {
        now: staff.app.now,
        chrome: staff.chrome,
        page: staff.page,
    })
}

#[derive(Template)]
#[template(path = "invitation/review.html")]
struct Review {
    chrome: Chrome<Me>,
    draft: Draft,
    form: Fields,
    expires: String,
    look: Option<Look>,
}

impl Review {
    fn lead(&self) -> &'static str {
        if self.draft.active {
            ""
        } else {
            "Review the mail before it goes out. The link in it works once."
        }
    }

    fn new(chrome: Chrome<Me>, draft: Draft, form: Fields, now: Timestamp) -> Self {
        let expires = expiry(&draft, now).day_time();
        let to = format!("{} <{}>", draft.first_name, draft.email);
        let values = values(&draft, &Sender::of(&chrome), &expires);
        let look = Look::of(&form, Kind::Invitation, to, &values);
        Self {
            chrome,
            draft,
            form,
            expires,
            look,
        }
    }
}

fn expiry(draft: &Draft, now: Timestamp) -> Timestamp {
    now.plus(draft.invite_days.span())
}

/// The business's own wording, else the built-in one.
pub(super) fn wording(draft: &Draft) -> (&str, &str) {
    (
        draft
            .subject
            .as_deref()
            .unwrap_or(Kind::Invitation.default_subject()),
        draft
            .body
            .as_deref()
            .unwrap_or(Kind::Invitation.default_body()),
    )
}

/// `GET /admin/contacts/{id}/invite`
pub(crate) async fn review(staff: Staff<Draft>) -> Answer {
    let (app, draft) = (staff.app, staff.page);
    let (subject, body) = wording(&draft);
    let mut form = Fields::fresh(&app)?;
    form.fill([("subject", subject), ("body", body)]);
    page(&Review::new(staff.chrome, draft, form, app.now))
}

/// Who invites, as the mail says it.
pub(super) struct Sender<'a> {
    pub(super) id: StaffId,
    pub(super) name: &'a str,
    pub(super) business: &'a str,
    pub(super) support_email: &'a str,
}

impl<'a> Sender<'a> {
    fn of(chrome: &'a Chrome<Me>) -> Self {
        let me = &chrome.me;
        Self {
            id: me.id,
            name: &me.name,
            business: &chrome.brand.name,
            support_email: chrome.brand.support_email.as_deref().unwrap_or(&me.email),
        }
    }
}

fn values<'a>(draft: &'a Draft, sender: &Sender<'a>, until: &'a str) -> Values<'a> {
    Values {
        business_name: sender.business,
        client_name: &draft.client_name,
        contact_first_name: &draft.first_name,
        expires_at: until,
        sender_name: sender.name,
        support_email: sender.support_email,
        ..Values::default()
    }
}

/// A new invitation in place of older ones, with its mail; and until when it works, in words.
pub(super) fn compose(
    app: &App,
    link: LinkId,
    draft: &Draft,
    sender: &Sender<'_>,
    (subject, body): (&Subject, &Body),
) -> Result<(Vec<Statement>, String), Error> {
    let expires = expiry(draft, app.now);
    let until = expires.day_time();
    let values = values(draft, sender, &until);
    let text = body.render(&values);
    let secret = Secret::new(Purpose::Invitation, app.random()?);
    let hash = secret.hash().to_string();
    let name = format!("{} {}", draft.first_name, draft.last_name);
    let mail = Mailing {
        kind: "invitation",
        to: &draft.email,
        name: name.trim(),
        subject: subject.render(&values),
        paragraphs: text.before,
        button: Some((Kind::Invitation.button(), "/invitation/".into())),
        after: text.after,
        secret: Some(secret.expose().to_owned()),
        link: Some(link),
        staff: None,
        contact: Some(draft.contact_id),
        client: Some(draft.client_id),
        ..Mailing::default()
    };
    let writes = vec![
        invitation::revoke_open(draft.contact_id, RevokedReason::Replaced, app.now),
        invitation::withdraw_mail(draft.contact_id),
        invitation::issue(link, draft.contact_id, &hash, sender.id, app.now, expires),
        mail.queue(app, None)?,
    ];
    Ok((writes, until))
}

/// `POST /admin/contacts/{id}/invite`
///
/// 1. the wording; 2. in one batch: older invitations end, the new link, its mail, the audit
/// entry. The form's key names the link, so sent twice it invites once.
pub(crate) async fn send(staff: Staff<Draft>, mut form: Fields) -> Answer {
    let (app, chrome, draft) = (staff.app, staff.chrome, staff.page);
    // 1.
    let subject = form.required("subject", |text| Subject::parse(Kind::Invitation, text));
    let body = form.required("body", |text| Body::parse(Kind::Invitation, text));
    if !draft.portal_enabled {
        form.refuse(
            "subject",
            "The portal is off for this client. Switch on Enable Portal first.",
        );
    } else if draft.active {
        form.refuse(
            "subject",
            "This person has accepted already and can sign in. Send them a link to sign in instead.",
        );
    }
    let (Some(subject), Some(body), false) = (subject, body, form.has_errors()) else {
        return try_again(&Review::new(chrome, draft, form, app.now));
    };
    if only_looks(&form) {
        return page(&Review::new(chrome, draft, form, app.now));
    }
    // 2.
    let me = &chrome.me;
    let sender = Sender::of(&chrome);
    let link = form.names(&app, me.id, "invitation")?;
    let (mut batch, until) = compose(&app, link, &draft, &sender, (&subject, &body))?;
    let entry = me.did(
        "invitation.queued",
        draft.client_id,
        draft.contact_id,
        draft.email.as_str(),
    );
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch_once(batch).await?;
    let said = told(&app, me, "The invitation", draft.email.as_str());
    Flash::success(&app, format!("{said} It works until {until}."));
    see(&format!("/admin/clients/{}/contacts", draft.client_id))
}

/// What became of a mail with a link, `the`, in a sentence.
fn told(app: &App, me: &Me, the: &str, email: &str) -> String {
    if app.mailer.is_configured() {
        return format!("{the} to {email} is on its way.");
    }
    let who = match me.role {
        Role::Owner | Role::Admin => "You",
        Role::Member => "An owner or admin",
    };
    format!(
        "{the} to {email} waits in the outbox, because no mail is set up. {who} can copy its link there."
    )
}

/// `POST /admin/contacts/{id}/invite/cancel`
pub(crate) async fn cancel(staff: Staff<Draft>) -> Answer {
    let (app, draft) = (&staff.app, &staff.page);
    let entry = staff.me().did(
        "invitation.cancelled",
        draft.client_id,
        draft.contact_id,
        draft.email.as_str(),
    );
    app.db
        .batch(vec![
            invitation::revoke_open(draft.contact_id, RevokedReason::Cancelled, app.now),
            invitation::withdraw_mail(draft.contact_id),
            entry.append(app.id()?, app.now),
        ])
        .await?;
    Flash::success(
        app,
        "The invitation is taken back; its link no longer works.",
    );
    see(&format!("/admin/contacts/{}", draft.contact_id))
}

/// `POST /admin/contacts/{id}/sign-in-link`: for somebody who is active. The mail's link belongs to
/// no browser, so it opens with the code that stands in the same mail.
pub(crate) async fn sign_in_link(staff: Staff<Contact>) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let back = format!("/admin/contacts/{}", of.id);
    let Some(account) = of.account_id.filter(|_| of.portal_enabled) else {
        Flash::error(
            app,
            format!(
                "{} cannot sign in at the moment, so no link was sent. Look at the portal and the invitation first.",
                of.name()
            ),
        );
        return see(&back);
    };
    let nobodys = Secret::new(Purpose::Ask, app.random()?);
    let (to, email) = ((account, of.id), of.email.as_str());
    let mut batch = magic::mail(app, &staff.chrome.brand.name, to, email, &nobodys)?;
    let entry = staff.me().did(
        "sign_in_link.queued",
        of.client_id,
        of.id,
        of.email.as_str(),
    );
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    let said = told(app, staff.me(), "The link to sign in", of.email.as_str());
    Flash::success(app, format!("{said} It works for ten minutes."));
    see(&back)
}
