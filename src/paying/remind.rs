//! The mail that reminds of an invoice, with a way to it: a link of its own, or the portal.

use super::Problem;
use crate::app::App;
use crate::domain::id::{MailId, StaffId};
use crate::domain::template::{Body, Kind, Subject, Values};
use crate::domain::token::{Purpose, Secret};
use crate::outbound::letter::Letter;
use crate::outbound::seal;
use crate::store::branding::Branding;
use crate::store::outbox::NewMail;
use crate::store::reminder::{self, Open, Person};
use crate::store::template::Stored;
use crate::store::{Statement, notice};

/// A wording that can be sent.
pub(crate) struct Wording {
    kind: Kind,
    subject: Subject,
    body: Body,
}

impl Wording {
    /// The business's own, or the built-in one.
    pub(crate) fn new(kind: Kind, own: Option<&Stored>) -> Result<Self, Problem> {
        let (subject, body) = match own {
            Some(own) => (own.subject.as_str(), own.body.as_str()),
            None => (kind.default_subject(), kind.default_body()),
        };
        let odd = |_| Problem::Odd("a wording that was saved cannot be read");
        Ok(Self {
            kind,
            subject: Subject::parse(kind, subject).map_err(odd)?,
            body: Body::parse(kind, body).map_err(odd)?,
        })
    }
}

/// What all mails of a run have in common.
pub(crate) struct Reminder<'a> {
    pub(crate) look: &'a Branding,
    pub(crate) wording: &'a Wording,
    /// Whether invoices may be opened by a link alone.
    pub(crate) by_link: bool,
    /// A member of staff who does it, with name and address; nobody: the clock.
    pub(crate) by: Option<(StaffId, &'a str, &'a str)>,
}

impl Reminder<'_> {
    /// Sends one stage of an invoice to these people: what is to be written, in one batch with all
    /// else. `said` is the stage in words, for the audit log.
    pub(crate) fn send(
        &self,
        app: &App,
        of: &Open,
        people: &[Person],
        stage: &str,
        said: &str,
    ) -> Result<Vec<Statement>, Problem> {
        let mut batch = vec![reminder::note(of.id, stage, app.now)];
        for person in people {
            batch.extend(self.mail(app, of, person, stage)?);
        }
        let detail = format!("invoice {}, {said}", of.number);
        batch.push(reminder::logged(
            app.id()?,
            (of.id, of.client_id),
            stage,
            &detail,
            self.by,
            app.now,
        ));
        Ok(batch)
    }

    fn mail(
        &self,
        app: &App,
        of: &Open,
        to: &Person,
        stage: &str,
    ) -> Result<Vec<Statement>, Problem> {
        let id: MailId = app.id()?;
        let amount = of
            .due()
            .map_err(|_| Problem::Odd("an amount that cannot be"))?;
        let values = Values {
            business_name: &self.look.name,
            client_name: &of.client_name,
            contact_first_name: &to.first_name,
            support_email: self.look.support_email.as_deref().unwrap_or_default(),
            invoice_number: &of.number,
            amount_due: &amount.to_string(),
            due_date: &of.due_on.words(),
            ..Values::default()
        };
        let text = self.wording.body.render(&values);
        let (mut link, mut sealed) = (None, None);
        let path = if self.by_link {
            let secret = Secret::new(Purpose::Pay, app.random()?);
            let closed = seal::seal(&app.config.keys, id, secret.expose(), app.random()?);
            sealed = Some(closed.ok_or(Problem::Odd("the link could not be sealed"))?);
            let hash = secret.hash().to_string();
            let whose = (of.id, to.id);
            link = Some(reminder::link(app.id()?, &hash, whose, id, app.now));
            self.wording.kind.path().to_owned()
        } else if to.signs_in != 0 {
            format!("/billing/{}", of.id)
        } else {
            String::new()
        };
        let button = (!path.is_empty()).then(|| self.wording.kind.button().to_owned());
        let mut after = text.after;
        after.push(notice::why(&self.look.name));
        let letter = Letter {
            paragraphs: text.before,
            button,
            path,
            after,
        };
        let name = format!("{} {}", to.first_name, to.last_name);
        let mail = NewMail {
            id,
            dedupe_key: format!("{} {} {stage} {}", reminder::KIND, of.id, to.id),
            kind: reminder::KIND,
            to_email: &to.email,
            to_name: name.trim(),
            subject: &self.wording.subject.render(&values),
            content: &serde_json::to_string(&letter)?,
            sealed: sealed.as_deref(),
            staff: None,
            // Mail to a contact waits while the portal is off; this one was wanted all the same.
            contact: of.portal.then_some(to.id),
            client: Some(of.client_id),
            link: None,
        };
        app.mail_queued();
        let mut batch = vec![reminder::queue(&mail, of.id, stage, app.now)];
        batch.extend(link);
        Ok(batch)
    }
}
