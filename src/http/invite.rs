//! Invite Client: staff review the mail, edit it and send it.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Me, Staff};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::domain::id::{LinkId, MailId};
use crate::domain::settings::InviteDays;
use crate::domain::template::{Body, Kind, Subject, Values};
use crate::domain::time::Timestamp;
use crate::domain::token::{Purpose, Secret};
use crate::outbound::letter::Letter;
use crate::outbound::seal;
use crate::store::invitation::{self, Draft};
use crate::store::outbox::{self, NewMail};

#[derive(Template)]
#[template(path = "invitation/review.html")]
struct Review {
    chrome: Chrome<Me>,
    draft: Draft,
    form: Fields,
    expires: String,
}

impl Review {
    fn new(chrome: Chrome<Me>, draft: Draft, form: Fields, now: Timestamp) -> Self {
        let expires = expiry(&draft, now).day_time();
        Self {
            chrome,
            draft,
            form,
            expires,
        }
    }
}

fn expiry(draft: &Draft, now: Timestamp) -> Timestamp {
    let days = InviteDays::new(draft.invite_days).unwrap_or(InviteDays::DEFAULT);
    now.plus(days.span())
}

/// `GET /admin/contacts/{id}/invite`
pub(crate) async fn review(staff: Staff<Draft>) -> Answer {
    let Staff {
        app,
        chrome,
        page: draft,
        ..
    } = staff;
    let kept =
        |text: &Option<String>, built_in: &str| text.clone().unwrap_or_else(|| built_in.to_owned());
    let form = Fields::filled([
        (
            "subject",
            kept(&draft.subject, Kind::Invitation.default_subject()),
        ),
        ("body", kept(&draft.body, Kind::Invitation.default_body())),
    ]);
    page(&Review::new(chrome, draft, form, app.now))
}

/// `POST /admin/contacts/{id}/invite`
///
/// 1. the wording; 2. the secret, whose hash alone D1 keeps; 3. in one batch: older invitations end,
/// the new link, its mail, the audit entry.
pub(crate) async fn send(staff: Staff<Draft>, mut form: Fields) -> Answer {
    let Staff {
        app,
        chrome,
        page: draft,
        ..
    } = staff;
    // 1.
    let subject = form.required("subject", Subject::parse);
    let body = form.required("body", |text| Body::parse(Kind::Invitation, text));
    if !draft.portal_enabled {
        form.refuse(
            "subject",
            "The portal is off for this client. Switch on Enable Portal first.",
        );
    } else if draft.active {
        form.refuse(
            "subject",
            "This person has accepted already and can sign in.",
        );
    }
    let (Some(subject), Some(body), false) = (subject, body, form.has_errors()) else {
        return try_again(&Review::new(chrome, draft, form, app.now));
    };
    let me = &chrome.me;
    let expires = expiry(&draft, app.now);
    let until = expires.day_time();
    let values = Values {
        business_name: &chrome.brand.name,
        client_name: &draft.client_name,
        contact_first_name: &draft.first_name,
        expires_at: &until,
        sender_name: &me.name,
        support_email: chrome.brand.support_email.as_deref().unwrap_or(&me.email),
    };
    let text = body.render(&values);
    let letter = serde_json::to_string(&Letter {
        paragraphs: text.before,
        button: Some(Kind::Invitation.button().to_owned()),
        path: "/invitation/".to_owned(),
        after: text.after,
    })?;
    // 2.
    let secret = Secret::new(Purpose::Invitation, app.random()?);
    let (link, mail): (LinkId, MailId) = (app.id()?, app.id()?);
    let sealed = seal::seal(&app.config.keys, mail, secret.expose(), app.random()?)
        .ok_or_else(|| Error::internal("the link could not be sealed"))?;
    // 3.
    let name = format!("{} {}", draft.first_name, draft.last_name);
    let entry = me.did(
        "invitation.queued",
        draft.client_id,
        draft.contact_id,
        draft.email.as_str(),
    );
    let new = NewMail {
        id: mail,
        dedupe_key: format!("invitation {link}"),
        kind: "invitation",
        to_email: &draft.email,
        to_name: name.trim(),
        subject: &subject.render(&values),
        content: &letter,
        sealed: Some(&sealed),
        staff: None,
        contact: Some(draft.contact_id),
        client: Some(draft.client_id),
        link: Some(link),
    };
    let hash = secret.hash().to_string();
    app.db
        .batch(vec![
            invitation::revoke_open(draft.contact_id, "replaced", app.now),
            invitation::withdraw_mail(draft.contact_id),
            invitation::issue(link, draft.contact_id, &hash, me.id, app.now, expires),
            outbox::queue(&new, app.now),
            entry.append(app.id()?, app.now),
        ])
        .await?;
    app.mail_queued();
    Flash::success(
        &app,
        format!(
            "The invitation to {} is on its way. It works until {until}.",
            draft.email
        ),
    );
    see(&format!("/admin/clients/{}/contacts", draft.client_id))
}

/// `POST /admin/contacts/{id}/invite/cancel`
pub(crate) async fn cancel(staff: Staff<Draft>) -> Answer {
    let Staff {
        app,
        chrome,
        page: draft,
        ..
    } = staff;
    let me = &chrome.me;
    let entry = me.did(
        "invitation.cancelled",
        draft.client_id,
        draft.contact_id,
        draft.email.as_str(),
    );
    app.db
        .batch(vec![
            invitation::revoke_open(draft.contact_id, "cancelled", app.now),
            invitation::withdraw_mail(draft.contact_id),
            entry.append(app.id()?, app.now),
        ])
        .await?;
    Flash::success(&app, "The invitation no longer works.");
    see(&format!("/admin/clients/{}/contacts", draft.client_id))
}
