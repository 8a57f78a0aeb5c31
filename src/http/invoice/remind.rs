//! Reminding of one invoice by hand: once a day, in the words that fit the day.

use super::{One, path, refused};
use crate::domain::id::InvoiceId;
use crate::domain::reminder::{StageTone, by_hand, decide_remind};
use crate::domain::template::Kind;
use crate::domain::time::Timestamp;
use crate::http::chrome::Flash;
use crate::http::guard::{InPath, Load, Staff};
use crate::http::page::{Answer, see};
use crate::http::{Error, Reason};
use crate::paying::{Reminder, Wording};
use crate::store::branding::{self, Branding};
use crate::store::reminder::{self, Open};
use crate::store::template::{self, Stored};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// An invoice with who would be reminded of it, and the three wordings.
pub(crate) struct Reminding {
    one: One,
    open: Option<Open>,
    look: Branding,
    wordings: Vec<(StageTone, Option<Stored>)>,
}

impl Load for Reminding {
    type Args = InPath<InvoiceId>;
    fn statements(args: &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = One::statements(args, asker);
        statements.extend([reminder::one(args.0), branding::truth()]);
        statements.extend(StageTone::ALL.map(|tone| template::stored(Kind::of(tone))));
        statements
    }
    fn read(
        args: Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let one = One::read(args, results, now)?;
        let open = results.first()?;
        let look: Option<Branding> = results.first()?;
        let mut wordings = Vec::new();
        for tone in StageTone::ALL {
            wordings.push((tone, results.first()?));
        }
        Ok(one.zip(look).map(|(one, look)| Self {
            one,
            open,
            look,
            wordings,
        }))
    }
}

/// `POST /admin/invoices/{id}/remind`
pub(crate) async fn remind(staff: Staff<Reminding>) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let (one, id) = (&of.one, of.one.invoice.id);
    if let Err(why) = decide_remind(&one.view()?) {
        return refused(app, id, why);
    }
    let Some(open) = &of.open else {
        return Err(Reason::NotFound.into());
    };
    let stage = by_hand(one.today);
    if open.was_sent(&stage) {
        return refused(app, id, "This invoice was reminded of today already.");
    }
    let people = open.people()?;
    if people.is_empty() {
        return refused(
            app,
            id,
            "Nobody of this client gets mail about invoices. Use Send again, and choose who gets it.",
        );
    }
    let tone = StageTone::on(open.due_on, one.today);
    let own = of.wordings.iter().find(|(of, _)| *of == tone);
    let wording = Wording::new(Kind::of(tone), own.and_then(|(_, own)| own.as_ref()))?;
    let me = staff.me();
    let reminder = Reminder {
        look: &of.look,
        wording: &wording,
        by_link: one.billing.pay_without_account,
        by: Some((me.id, me.name.as_str(), me.address.as_str())),
    };
    let batch = reminder.send(app, open, &people, &stage, "by hand")?;
    app.db.batch(batch).await?;
    let names: Vec<&str> = people.iter().map(|person| person.email.as_str()).collect();
    let said = if app.mailer.is_configured() {
        format!("A reminder is on its way to {}.", names.join(", "))
    } else {
        format!(
            "The reminder to {} waits in the outbox, because no mail is set up.",
            names.join(", ")
        )
    };
    Flash::success(app, said);
    see(&path(id))
}
