//! An invoice as whoever pays it reads it: how much, until when, how to pay, what for.

use crate::config::StripeSettings;
use crate::domain::invoice::decide::Parts;
use crate::domain::invoice::parties::{Parties, Party};
use crate::domain::invoice::state::{State, View};
use crate::domain::invoice::terms::due_words;
use crate::domain::money::{Currency, Money};
use crate::domain::payment::fact::Kind;
use crate::domain::payment::offline::Method;
use crate::domain::time::{Date, Timestamp};
use crate::http::invoice::{Words, tone};
use crate::http::{Error, Fields};
use crate::outbound::payments::{Claim, Offer, Provider as _, Stripe, Transfer};
use crate::store::Results;
use crate::store::billing::Billing;
use crate::store::invoice::Invoice;
use crate::store::ledger::Entry;

/// An invoice with its history, as the statements of `store::invoice::seen` and the settings answer.
pub(crate) struct Seen {
    pub(super) invoice: Invoice,
    pub(super) billing: Billing,
    history: Vec<Entry>,
    today: Date,
}

impl Seen {
    /// Reads invoice, history and settings, in this order. `None`: there is no such invoice for them.
    pub(super) fn read(results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        let invoice: Option<Invoice> = results.first()?;
        let history = results.rows()?;
        let billing: Option<Billing> = results.first()?;
        Ok(invoice.zip(billing).map(|(invoice, billing)| Self {
            today: billing.today(now),
            invoice,
            billing,
            history,
        }))
    }

    pub(super) fn view(&self) -> Result<View, Error> {
        Ok(self.invoice.view(self.today)?)
    }
}

/// A payment or what went back.
pub(super) struct Event {
    pub(super) what: &'static str,
    pub(super) on: Date,
    pub(super) amount: String,
    pub(super) note: String,
    /// The page of its receipt; empty where there is none.
    pub(super) receipt: String,
}

/// How money came, as the payer calls it.
pub(super) fn method_words(method: &str, provider: &str) -> String {
    match Method::parse(method) {
        Some(method) => method.label().to_owned(),
        None if provider == "offline" => String::new(),
        None => "Paid online".to_owned(),
    }
}

impl Event {
    fn new(entry: &Entry, refunded: Money, receipts: bool) -> Option<Self> {
        let currency = refunded.currency();
        let money = |minor| Money::new(minor, currency).ok();
        let share = money(entry.amount.min(entry.allocated))?;
        let (what, amount) = match Kind::parse(&entry.kind)? {
            Kind::Payment if entry.reversed == 0 => ("Payment", share),
            // Of a payment for several invoices the last one's part goes back first.
            Kind::Refund if entry.counts != 0 && refunded.is_positive() => {
                let back = money(entry.amount.min(refunded.minor()))?;
                ("Refund", back.negated())
            }
            Kind::DisputeOut => ("Taken back by the bank", share.negated()),
            Kind::DisputeIn => ("Returned by the bank", share),
            _ => return None,
        };
        let is_payment = what == "Payment";
        Some(Self {
            what,
            on: entry.occurred_on,
            amount: amount.to_string(),
            note: if is_payment {
                method_words(&entry.method, &entry.provider)
            } else {
                String::new()
            },
            receipt: if is_payment && receipts {
                format!("/billing/receipts/{}", entry.id)
            } else {
                String::new()
            },
        })
    }
}

/// Who reads it, and what they may do.
pub(super) struct Reader<'a> {
    /// The address of the invoice for them.
    pub(super) home: &'a str,
    /// Whether they can open receipts.
    pub(super) receipts: bool,
    /// The provider, where they may pay through it.
    pub(super) stripe: Option<&'a StripeSettings>,
    /// What they sent and what was refused.
    pub(super) form: Option<Fields>,
}

/// Pay Now.
pub(super) struct Pay {
    pub(super) action: String,
    pub(super) currency: Currency,
    /// The least that is taken at once; empty where only the whole is.
    pub(super) least: String,
    /// Whether no real money moves.
    pub(super) is_test: bool,
    pub(super) form: Fields,
}

impl Pay {
    fn new(
        seen: &Seen,
        view: &View,
        total: Money,
        reader: Reader<'_>,
        claim: &Claim<'_>,
    ) -> Option<Self> {
        let settings = reader
            .stripe
            .filter(|_| seen.billing.pay_online && view.payable)?;
        let Some(Offer::PayNow { is_test }) = Stripe::new(settings).offer(claim) else {
            return None;
        };
        let parts = seen.billing.parts();
        let least = match parts {
            Parts::No => String::new(),
            Parts::AtLeast(_) => parts.least(total, view.due).to_string(),
        };
        Some(Self {
            action: format!("{}/pay", reader.home),
            currency: view.due.currency(),
            least,
            is_test,
            form: reader.form.unwrap_or_default(),
        })
    }

    /// What is wrong with the amount that was sent; empty when all is well.
    pub(super) fn error(&self) -> &str {
        self.form.error("amount")
    }
}

/// The invoice in words.
pub(super) struct Bill {
    pub(super) name: String,
    /// Address of its PDF.
    pub(super) pdf: String,
    pub(super) label: &'static str,
    pub(super) tone: &'static str,
    /// What is to be paid; where nothing is, what it came to.
    pub(super) amount: String,
    /// The amount's line below: when it is due, or what became of it.
    pub(super) caption: String,
    pub(super) is_void: bool,
    pub(super) from: Option<Party>,
    pub(super) to: Option<Party>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) words: Words,
    /// Paid so far and still due, where both are something.
    pub(super) rest: Option<(String, String)>,
    pub(super) events: Vec<Event>,
    /// Where it can be paid online.
    pub(super) pay: Option<Pay>,
    /// Label and value of what a transfer needs; empty where none is to be made.
    pub(super) transfer: Vec<(&'static str, String)>,
}

impl Bill {
    /// For that reader.
    pub(super) fn new(seen: &Seen, reader: Reader<'_>) -> Result<Self, Error> {
        let (invoice, view) = (&seen.invoice, seen.view()?);
        let total = invoice.total()?;
        let parties = Parties::read(&invoice.parties)?;
        let tax_name = parties.as_ref().map(|parties| parties.tax_name.as_str());
        let tax_name = tax_name.unwrap_or(&seen.billing.tax_name);
        let words = Words::new(&invoice.content()?, invoice.currency, tax_name)?;
        let number = invoice.number.clone().unwrap_or_default();
        let asks = view.state.asks() && view.due.is_positive();
        let account = parties.as_ref().and_then(|parties| parties.account.clone());
        let claim = Claim {
            due: view.due,
            number: &number,
        };
        let account = account.filter(|_| asks && !view.processing);
        let transfer = match account.and_then(|account| Transfer::to(&account).offer(&claim)) {
            Some(Offer::Instructions(rows)) => rows,
            Some(Offer::PayNow { .. }) | None => Vec::new(),
        };
        let pdf = format!("{}/pdf", reader.home);
        let refunded = invoice.moved()?.refunded;
        let receipts = reader.receipts;
        let pay = Pay::new(seen, &view, total, reader, &claim);
        let events = seen.history.iter();
        let events = events.filter_map(|entry| Event::new(entry, refunded, receipts));
        let mut facts = vec![
            ("Number", number.clone()),
            ("Date", invoice.issued_on.words()),
            ("Due", invoice.due_on.words()),
        ];
        if !words.reference.is_empty() {
            facts.push(("Your reference", words.reference.clone()));
        }
        let (from, to) = parties.map_or((None, None), |parties| {
            (Some(parties.seller), Some(parties.buyer))
        });
        Ok(Self {
            name: invoice.name(),
            pdf,
            pay,
            label: view.state.label(),
            tone: tone(view.state),
            amount: if asks { view.due } else { total }.to_string(),
            caption: caption(&view, total, invoice.due_on, seen.today),
            is_void: view.state == State::Void,
            rest: (view.net.is_positive() && asks)
                .then(|| (view.net.to_string(), view.due.to_string())),
            events: events.collect(),
            transfer,
            from,
            to,
            facts,
            words,
        })
    }
}

/// "Due in 3 days · 27 Nov 2026".
pub(super) fn due_line(due_on: Date, today: Date) -> String {
    let mut line = due_words(due_on, today);
    if let Some(first) = line.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    line + " · " + &due_on.words()
}

fn caption(view: &View, total: Money, due_on: Date, today: Date) -> String {
    match view.state {
        State::Outstanding | State::Overdue => due_line(due_on, today),
        State::PartiallyPaid => format!(
            "{} of {total} is paid. {}",
            view.net,
            due_line(due_on, today)
        ),
        State::Processing => {
            "Your payment is on its way. It can take a few days; there is nothing to do for you."
                .to_owned()
        }
        State::Paid if view.credit.is_positive() => {
            format!("Paid, thank you. You have a credit of {}.", view.credit)
        }
        State::Paid => "Paid, thank you.".to_owned(),
        State::Refunded => "Your payment was given back. There is nothing to pay.".to_owned(),
        State::PartiallyRefunded => {
            "Part of your payment was given back. There is nothing to pay.".to_owned()
        }
        State::Disputed => {
            "A bank is looking into a payment of this invoice. There is nothing to pay for now."
                .to_owned()
        }
        State::ChargedBack => {
            "The bank took a payment of this invoice back. Please get in touch with us.".to_owned()
        }
        State::Void | State::Draft => {
            "This invoice was withdrawn. Please do not pay it.".to_owned()
        }
    }
}
