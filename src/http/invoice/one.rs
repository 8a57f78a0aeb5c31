//! One invoice: what it says, what it comes to, what moved, and what may be done next.

use askama::Template;

use super::words::Words;
use super::{One, electronic, tone};
use crate::domain::id::InvoiceId;
use crate::domain::invoice::parties::Parties;
use crate::domain::invoice::state::{State, Stored, View};
use crate::domain::invoice::terms::due_words;
use crate::domain::money::Money;
use crate::domain::payment::fact::Kind;
use crate::domain::payment::offline::{self, Method};
use crate::domain::reminder::{decide_remind, words as stage_words};
use crate::domain::time::Timestamp;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::page::{Answer, page};
use crate::http::pdf;
use crate::http::time_log::Row as TimeRow;
use crate::http::{Error, Fields};
use crate::store::invoice::printed::Printed;
use crate::store::invoice::project::{self, Choice};
use crate::store::invoice::{Revision, revisions};
use crate::store::ledger::{self, Entry};
use crate::store::pay_link::{self, Links};
use crate::store::reminder::{self, Sent};
use crate::store::time_log::{Entry as Spent, list as time_log};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// An invoice with its history.
pub(crate) struct Whole {
    one: One,
    history: Vec<Entry>,
    revisions: Vec<Revision>,
    links: Links,
    reminders: Vec<Sent>,
    time: Vec<Spent>,
    projects: Vec<Choice>,
}

impl Load for Whole {
    type Args = InPath<InvoiceId>;
    fn statements(args: &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = One::statements(args, asker);
        statements.extend([
            ledger::of_invoice(args.0),
            revisions(args.0),
            pay_link::of_invoice(args.0),
            reminder::of_invoice(args.0),
            time_log::of_invoice(args.0),
            project::choices(args.0),
        ]);
        statements
    }
    fn read(
        args: Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let one = One::read(args, results, now)?;
        let (history, revisions) = (results.rows()?, results.rows()?);
        let links = results.first()?.unwrap_or_default();
        let reminders = results.rows()?;
        let time = results.rows()?;
        let projects = results.rows()?;
        Ok(one.map(|one| Self {
            one,
            history,
            revisions,
            links,
            reminders,
            time,
            projects,
        }))
    }
}

/// A line of the history.
struct Event {
    what: String,
    on: String,
    amount: String,
    note: String,
    /// The id of the payment, where it can be reversed here.
    offline: Option<String>,
    /// It no longer counts.
    gone: bool,
}

impl Event {
    fn new(entry: &Entry, currency_total: Money) -> Option<Self> {
        let kind = Kind::parse(&entry.kind)?;
        let amount = Money::new(entry.amount, currency_total.currency()).ok()?;
        let (what, amount) = match kind {
            Kind::Payment => {
                let share = Money::new(entry.allocated, amount.currency()).ok()?;
                (
                    "Payment",
                    if share.minor() < amount.minor() {
                        share
                    } else {
                        amount
                    },
                )
            }
            Kind::Reversal => ("Payment reversed", amount.negated()),
            Kind::Refund => ("Refund", amount.negated()),
            Kind::DisputeOut => ("Disputed by the bank", amount.negated()),
            Kind::DisputeIn => ("Dispute won", amount),
            Kind::DisputeLost => ("Dispute lost", amount.negated()),
            Kind::Inquiry => (
                "The bank asks about this payment",
                Money::zero(amount.currency()),
            ),
            Kind::RefundFloor => return None,
        };
        let method = Method::parse(&entry.method)
            .map_or_else(|| entry.method.clone(), |m| m.label().to_owned());
        let failed = kind == Kind::Refund && entry.counts == 0;
        let by = entry
            .recorded_by
            .as_ref()
            .map(|name| format!("recorded by {name}"));
        let note = [
            Some(method),
            Some(entry.reference.clone()),
            by,
            failed.then(|| "failed".to_owned()),
        ];
        let note: Vec<String> = note
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        let reversed = entry.reversed != 0;
        let can_undo = kind == Kind::Payment && offline::is_offline(&entry.payment) && !reversed;
        Some(Self {
            what: what.to_owned(),
            on: entry.occurred_on.words(),
            amount: if kind == Kind::Inquiry {
                String::new()
            } else {
                amount.to_string()
            },
            note: note.join(" · "),
            offline: can_undo.then(|| entry.payment.replace("offline:", "")),
            gone: failed || (kind == Kind::Payment && reversed),
        })
    }
}

#[derive(Template)]
#[template(path = "invoice/one.html")]
struct OnePage {
    chrome: Chrome<Me>,
    one: One,
    view: View,
    words: Words,
    events: Vec<Event>,
    revisions: Vec<Revision>,
    links: Links,
    /// Stage and moment, in words.
    reminders: Vec<(String, String)>,
    /// What of the time stands on it.
    time: Vec<TimeRow>,
    /// Of its client.
    projects: Vec<Choice>,
    total: String,
    when: String,
    /// What the PDF cannot show, in a sentence.
    warning: String,
    /// Whether its PDF is an e-invoice, in words; of a draft nothing.
    electronic: String,
    /// Of the draft that duplicating makes.
    form_key: String,
}

impl OnePage {
    fn is_draft(&self) -> bool {
        self.one.invoice.stored() == Stored::Draft
    }
    fn is_sent(&self) -> bool {
        self.one.invoice.stored() == Stored::Sent
    }
    /// The project it belongs to.
    fn project(&self) -> Option<&Choice> {
        self.projects.iter().find(|choice| choice.chosen)
    }
    /// A revision is being written beside what was sent.
    fn is_revising(&self) -> bool {
        self.is_sent() && self.one.open.is_some()
    }
    /// Somebody may be reminded of it.
    fn is_owed(&self) -> bool {
        decide_remind(&self.view).is_ok()
    }
    fn is_refunded(&self) -> bool {
        matches!(self.view.state, State::Refunded | State::PartiallyRefunded)
    }
    fn tone(&self) -> &'static str {
        tone(self.view.state)
    }
    fn words_of(&self, minor: &i64) -> String {
        let money = Money::new(*minor, self.one.invoice.currency);
        money.map_or_else(|_| String::new(), |money| money.to_string())
    }
    /// The state in a sentence.
    fn sentence(&self) -> String {
        let view = &self.view;
        match view.state {
            State::Draft => "Nobody outside your team sees it until you send it.".to_owned(),
            State::Void => "It is not to be paid and counts in no total.".to_owned(),
            State::Disputed => {
                "A bank disputes a payment. The money is held until that is decided.".to_owned()
            }
            State::ChargedBack => "The bank took the money back for good.".to_owned(),
            State::Processing => {
                "A payment is under way. There is nothing to do until it has arrived or failed."
                    .to_owned()
            }
            State::Outstanding | State::Overdue => format!("{} is {}.", view.due, self.when),
            State::PartiallyPaid => {
                format!("{} was paid, {} is {}.", view.net, view.due, self.when)
            }
            State::Paid if view.credit.is_positive() => {
                format!(
                    "Paid, and {} more: a credit of the client. Give it back, or agree how to use it.",
                    view.credit
                )
            }
            State::Paid => "All of it is paid.".to_owned(),
            State::PartiallyRefunded => {
                "Part of the payment was given back. Nothing more is asked for.".to_owned()
            }
            State::Refunded => {
                "The payment was given back. Reopen it if it is to be paid after all.".to_owned()
            }
        }
    }
}

/// `GET /admin/invoices/{id}`
pub(crate) async fn show(staff: Staff<Whole>) -> Answer {
    let Whole {
        one,
        history,
        revisions,
        links,
        reminders,
        time,
        projects,
    } = staff.page;
    let view = one.view()?;
    let total = one.invoice.total()?;
    // A draft says what is being written; what was sent, what was sent.
    let content = match (&one.open, one.invoice.stored()) {
        (Some(open), Stored::Draft) => open.content()?,
        _ => one.invoice.content()?,
    };
    let warning = match &one.open {
        Some(open) => pdf::warning(&open.content()?, &Parties::default()),
        None => String::new(),
    };
    let electronic = match (one.invoice.stored(), Parties::read(&one.invoice.parties)?) {
        (Stored::Sent, Some(parties)) => {
            let invoice = one.invoice.clone();
            electronic::said(&staff.app, &Printed { invoice, parties })?
        }
        _ => String::new(),
    };
    let words = Words::new(&content, one.invoice.currency, &one.billing.tax_name)?;
    let events = history.iter().filter_map(|entry| Event::new(entry, total));
    page(&OnePage {
        form_key: Fields::fresh(&staff.app)?.value("form_key").to_owned(),
        events: events.collect(),
        when: due_words(one.invoice.due_on, one.today),
        total: total.to_string(),
        chrome: staff.chrome,
        words,
        warning,
        electronic,
        view,
        one,
        revisions,
        links,
        projects,
        time: time.into_iter().map(TimeRow::of).collect(),
        reminders: reminders
            .iter()
            .map(|sent| (stage_words(&sent.stage), sent.sent_at.day_time()))
            .collect(),
    })
}
