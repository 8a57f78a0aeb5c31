//! The exceptions desk: what a payment event said that somebody has to look at.

use askama::Template;
use http::request::Parts;
use serde::Deserialize;

use super::chrome::{Chrome, Flash};
use super::guard::{FromAddress, InPath, InQuery, Load, Me, Staff};
use super::page::{Answer, page, see, try_again};
use super::{Argument as _, Error, Fields};
use crate::domain::id::ExceptionId;
use crate::domain::invoice::state::Stored;
use crate::domain::money::{Currency, Money};
use crate::domain::text::Line as Text;
use crate::domain::time::Timestamp;
use crate::paying::attached;
use crate::store::attempt::{self, Recipient};
use crate::store::audit::Entry;
use crate::store::exception::{self, Line, PAGE, Target, Whole};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement, ledger};

const PATH: &str = "/admin/exceptions";

fn path(id: ExceptionId) -> String {
    format!("{PATH}/{id}")
}

/// A short name of a reason, for lists.
fn title(reason: &str) -> &'static str {
    match reason {
        "unknown_invoice" => "Payment without an invoice",
        "wrong_amount" => "Another amount than asked for",
        "wrong_currency" => "Another currency than asked for",
        "voided" => "Payment for a void invoice",
        "metadata" => "Details that disagree",
        "not_free" => "A payment of nothing",
        "overpaid" => "Paid more than due",
        "wrong_mode" => "Test and live mixed up",
        _ => "An event that cannot be read",
    }
}

fn money(amount: Option<i64>, currency: Option<Currency>) -> String {
    amount
        .zip(currency)
        .and_then(|(amount, currency)| Money::new(amount, currency).ok())
        .map_or_else(String::new, |money| money.to_string())
}

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Not empty: with those that are resolved.
    all: String,
    /// Moment and id of the last line of the page before.
    after: String,
}

impl Asked {
    fn cursor(&self) -> exception::After {
        let (at, id) = self.after.split_once('.')?;
        Some((Timestamp::parse(at)?, ExceptionId::parse(id).ok()?))
    }
}

/// A line in words.
struct Row {
    href: String,
    title: &'static str,
    about: String,
    amount: String,
    at: Timestamp,
    resolved: bool,
}

impl Row {
    fn new(line: &Line) -> Self {
        let about = [line.client_name.clone(), line.invoice_number.clone()];
        let about: Vec<String> = about.into_iter().flatten().collect();
        Self {
            href: path(line.id),
            title: title(&line.reason),
            about: about.join(" · "),
            amount: money(line.amount, line.currency),
            at: line.created_at,
            resolved: line.resolved_at.is_some(),
        }
    }
}

/// A page of the list.
pub(crate) struct List {
    all: bool,
    is_first: bool,
    rows: Vec<Row>,
    next: String,
}

impl Load for List {
    type Args = InQuery<Asked>;
    fn statements(InQuery(asked): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        let read = if asked.all.is_empty() {
            exception::open
        } else {
            exception::all
        };
        vec![read(asked.cursor())]
    }
    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let mut lines: Vec<Line> = results.rows()?;
        let more = lines.len() > PAGE;
        lines.truncate(PAGE);
        let all = !asked.all.is_empty();
        let next = match lines.last().filter(|_| more) {
            None => String::new(),
            Some(last) => {
                let shown = if all { "all=1&" } else { "" };
                format!("{PATH}?{shown}after={}.{}", last.created_at.0, last.id)
            }
        };
        Ok(Some(Self {
            all,
            is_first: asked.after.is_empty(),
            rows: lines.iter().map(Row::new).collect(),
            next,
        }))
    }
}

#[derive(Template)]
#[template(path = "exception/list.html")]
struct ListPage {
    chrome: Chrome<Me>,
    list: List,
}

/// `GET /admin/exceptions`
pub(crate) async fn list(staff: Staff<List>) -> Answer {
    page(&ListPage {
        chrome: staff.chrome,
        list: staff.page,
    })
}

#[derive(Template)]
#[template(path = "exception/one.html")]
struct OnePage {
    chrome: Chrome<Me>,
    of: Whole,
    form: Fields,
}

impl OnePage {
    fn title(&self) -> &'static str {
        title(&self.of.reason)
    }
    fn path(&self) -> String {
        path(self.of.id)
    }
    fn amount(&self) -> String {
        money(self.of.amount, self.of.currency)
    }
    /// What of the payment is for no invoice yet; empty where there is nothing to attach.
    fn loose(&self) -> String {
        money(loose(&self.of), self.of.paid_currency)
    }
}

/// What of the payment can be attached to an invoice.
fn loose(of: &Whole) -> Option<i64> {
    let rest = of.paid?.checked_sub(of.allocated)?;
    (rest > 0 && of.resolved_at.is_none()).then_some(rest)
}

/// `GET /admin/exceptions/{id}`
pub(crate) async fn one(staff: Staff<Whole>) -> Answer {
    page(&OnePage {
        chrome: staff.chrome,
        of: staff.page,
        form: Fields::default(),
    })
}

/// The exception and the number of the invoice that was typed: the invoice is looked up in the guard's
/// batch.
pub(crate) struct Wanted {
    id: ExceptionId,
    form: Fields,
}

impl FromAddress for Wanted {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPath(id) = InPath::from_address(parts).await?;
        let form = Fields::take(parts).await?;
        Ok(Self { id, form })
    }
}

/// The exception with the invoice that its payment is to be for.
pub(crate) struct Attaching {
    of: Whole,
    target: Option<Target>,
    /// Who gets the receipt.
    recipient: Option<Recipient>,
    form: Fields,
}

impl Load for Attaching {
    type Args = Wanted;
    fn statements(wanted: &Wanted, _asker: &Asker) -> Vec<Statement> {
        let number: String = wanted.form.text("number").trim().chars().take(60).collect();
        vec![
            Whole::by_id(wanted.id),
            exception::target(&number),
            attempt::recipient_of(wanted.id, &number),
        ]
    }
    fn read(wanted: Wanted, results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let of: Option<Whole> = results.first()?;
        let target = results.first()?;
        let recipient = results.first()?;
        let form = wanted.form;
        Ok(of.map(|of| Self {
            of,
            target,
            recipient,
            form,
        }))
    }
}

/// May the payment be for that invoice?
fn decide<'a>(of: &Whole, target: Option<&'a Target>) -> Result<(&'a Target, Money), &'static str> {
    let rest = loose(of).ok_or("There is nothing left of this payment to attach.")?;
    let target =
        target.ok_or("There is no invoice of that number. Please copy it from the invoice.")?;
    if Stored::parse(&target.state) != Some(Stored::Sent) {
        return Err("This invoice is void. Please choose another one, or give the money back.");
    }
    if of.paid_currency != Some(target.currency) {
        return Err("This invoice is in another currency than the payment.");
    }
    if of.paid_by.is_some_and(|client| client != target.client_id) {
        return Err(
            "This invoice is of another client than the payment. Please choose one of theirs, or give the money back.",
        );
    }
    let rest = Money::new(rest, target.currency).map_err(|_| "This amount is too large.")?;
    Ok((target, rest))
}

/// `POST /admin/exceptions/{id}/attach`: the money is for that invoice, the client gets the receipt that a
/// payment by itself brings, and the exception is resolved.
pub(crate) async fn attach(staff: Staff<Attaching>) -> Answer {
    let app = staff.app.clone();
    let me = staff.me().clone();
    let Attaching {
        of,
        target,
        recipient,
        mut form,
    } = staff.page;
    let decided = if form.has_errors() {
        None
    } else {
        match decide(&of, target.as_ref()) {
            Ok(decided) => Some(decided),
            Err(why) => {
                form.refuse("number", why);
                None
            }
        }
    };
    let (Some((target, rest)), Some(payment)) = (decided, of.payment.clone()) else {
        return try_again(&OnePage {
            chrome: staff.chrome,
            of,
            form,
        });
    };
    let words = format!("Attached {rest} to invoice {}.", target.number);
    let entry = me.did(
        "payment.attached",
        target.client_id,
        of.id,
        format!("{rest} to {}", target.number),
    );
    let mut batch = vec![
        exception::attach(of.id, target.id, me.id, app.now),
        ledger::belongs(&payment, target.client_id),
    ];
    if let Some(to) = &recipient {
        let (part, whose) = (
            (payment.as_str(), of.id),
            (target.id, target.number.as_str()),
        );
        batch.extend(attached(&app, part, whose, rest, to)?);
    }
    batch.push(exception::resolve(of.id, me.id, &words, app.now));
    let ids = [app.id()?, app.id()?];
    batch.push(exception::tell_of_payment(
        ids,
        &payment,
        &[],
        None,
        app.now,
    )?);
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    app.mail_queued();
    Flash::success(&app, words);
    see(&format!("/admin/invoices/{}", target.id))
}

/// `POST /admin/exceptions/{id}/resolve`: with a word on what was done.
pub(crate) async fn resolve(staff: Staff<Whole>, mut form: Fields) -> Answer {
    let app = staff.app.clone();
    let words = form.required("words", |text| Text::<200>::parse("note", text));
    let of = &staff.page;
    if of.resolved_at.is_some() {
        Flash::error(&app, "This was resolved already.");
        return see(&path(of.id));
    }
    let Some(words) = words else {
        return try_again(&OnePage {
            chrome: staff.chrome,
            of: staff.page,
            form,
        });
    };
    let me = staff.me();
    let entry = Entry {
        entity: Some(of.id.to_string()),
        client: of.client_id,
        ..me.entry("payment.resolved", words.as_str())
    };
    let batch = vec![
        exception::resolve(of.id, me.id, words.as_str(), app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(&app, "Resolved. It stays in the list of all exceptions.");
    see(PATH)
}
