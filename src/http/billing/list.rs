//! The client's invoices: what is to be paid, what was, and what moved.

use askama::Template;
use serde::Deserialize;

use super::bill::{due_line, method_words};
use crate::domain::id::{FactId, InvoiceId};
use crate::domain::invoice::terms::due_words;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::payment::stripe::amount::to_stripe;
use crate::domain::time::{Date, Timestamp};
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InQuery, Invoiced, Load, Viewer, Who};
use crate::http::invoice::tone;
use crate::http::page::{Answer, page};
use crate::store::billing::{self, Basics};
use crate::store::invoice::seen::{self, FIRST, Line, Movement, Owing, PAGE};
use crate::store::invoice::state_of;
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The query: where one of the three lists goes on, which is then alone on the page. What does not parse is the
/// beginning.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Day and id of the last open invoice of the page before.
    open: String,
    /// … of the last one that is not open any more.
    after: String,
    /// Day and id of the last payment of the page before.
    payments: String,
    /// Not empty: back from the provider's page, unpaid.
    left: String,
}

/// What is on the page.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// The beginning of everything.
    Whole,
    Open(Date, InvoiceId),
    Closed(Date, InvoiceId),
    Moved(Date, FactId),
}

impl Asked {
    fn part(&self) -> Part {
        let place = |text: &str| {
            let (day, id) = text.split_once('.')?;
            Some((Date::parse(day).ok()?, id.to_owned()))
        };
        let invoice = |text: &str| {
            let (day, id) = place(text)?;
            Some((day, InvoiceId::parse(&id).ok()?))
        };
        let payment = |text: &str| {
            let (day, id) = place(text)?;
            Some((day, FactId::parse(&id).ok()?))
        };
        let open = invoice(&self.open).map(|(day, id)| Part::Open(day, id));
        let closed = || invoice(&self.after).map(|(day, id)| Part::Closed(day, id));
        let moved = || payment(&self.payments).map(|(day, id)| Part::Moved(day, id));
        open.or_else(closed).or_else(moved).unwrap_or(Part::Whole)
    }
}

/// The first of a list that goes on elsewhere, and where that is; empty where it does not.
fn page_of<T, D>(
    mut rows: Vec<T>,
    most: usize,
    name: &str,
    place: impl Fn(&T) -> (Date, D),
) -> (Vec<T>, String)
where
    D: std::fmt::Display,
{
    let more = rows.len() > most;
    rows.truncate(most);
    let next = match rows.last().map(place) {
        Some((day, id)) if more => format!("/billing?{name}={day}.{id}"),
        _ => String::new(),
    };
    (rows, next)
}

/// What is due in one currency, in words.
pub(crate) struct Due {
    pub(crate) label: String,
    pub(crate) amount: String,
    /// When the first of it is due, and of how many invoices.
    pub(crate) note: String,
    /// Whether any of it is overdue.
    pub(crate) late: bool,
    /// What was paid beyond; empty where nothing was.
    pub(crate) credit: String,
    pub(crate) currency: Currency,
}

impl Due {
    /// Reads the answer of `seen::owing`.
    pub(crate) fn all(owing: Vec<Owing>, today: Date) -> Result<Vec<Self>, MoneyError> {
        let several = owing.len() > 1;
        let due = |owing: Owing| {
            let words = |minor| Money::new(minor, owing.currency).map(|money| money.to_string());
            let when = owing.next_due_on.map(|day| due_words(day, today));
            let first = match owing.next_due_on {
                Some(day) if day < today => "the first",
                _ => "the next",
            };
            let invoices = match owing.open_invoices {
                0 => "Nothing to pay".to_owned(),
                1 => "1 invoice".to_owned(),
                n => format!("{n} invoices"),
            };
            let note = match (when, owing.open_invoices) {
                (Some(when), 1) => format!("{invoices}, {when}"),
                (Some(when), _) => format!("{invoices}, {first} {when}"),
                (None, _) => invoices,
            };
            Ok(Self {
                label: if several {
                    format!("To be paid in {}", owing.currency)
                } else {
                    "To be paid".to_owned()
                },
                amount: words(owing.due)?,
                note,
                late: owing.next_due_on.is_some_and(|day| day < today),
                credit: if owing.credit > 0 {
                    words(owing.credit)?
                } else {
                    String::new()
                },
                currency: owing.currency,
            })
        };
        owing.into_iter().map(due).collect()
    }
}

/// An invoice in the list.
struct Row {
    id: InvoiceId,
    number: String,
    label: &'static str,
    tone: &'static str,
    /// What it comes to.
    total: Money,
    /// What of it is still due, where that is less.
    due: String,
    issued_on: Date,
    due_on: Date,
    /// Whether it can be paid now, if anything can.
    payable: bool,
}

impl Row {
    fn new(line: Line, today: Date) -> Result<Self, MoneyError> {
        let state = state_of(&line.status, line.due_on, today);
        let due = Money::new(line.due, line.currency)?;
        Ok(Self {
            id: line.id,
            number: line.number,
            label: state.label(),
            tone: tone(state),
            total: Money::new(line.total, line.currency)?,
            due: if due.is_positive() && line.due != line.total {
                format!("{due} due")
            } else {
                String::new()
            },
            issued_on: line.issued_on,
            due_on: line.due_on,
            payable: !line.processing && to_stripe(due).is_ok(),
        })
    }
    fn when(&self, today: &Date) -> String {
        due_line(self.due_on, *today)
    }
}

/// The open invoices of one currency.
struct Open {
    currency: Currency,
    rows: Vec<Row>,
}

impl Open {
    fn payable(&self) -> usize {
        self.rows.iter().filter(|row| row.payable).count()
    }
    /// The one invoice that can be paid, where there is but one.
    fn only(&self) -> Option<InvoiceId> {
        let mut rows = self.rows.iter().filter(|row| row.payable);
        let one = rows.next()?;
        rows.next().is_none().then_some(one.id)
    }
}

/// A payment or refund.
struct Moved {
    what: &'static str,
    amount: Money,
    on: Date,
    note: String,
    numbers: String,
    receipt: String,
}

impl Moved {
    fn new(movement: Movement) -> Result<Self, MoneyError> {
        let amount = Money::new(movement.amount, movement.currency)?;
        let is_payment = movement.kind == "payment";
        Ok(Self {
            what: if is_payment { "Payment" } else { "Refund" },
            amount: if is_payment { amount } else { amount.negated() },
            on: movement.occurred_on,
            note: if is_payment {
                method_words(&movement.method, &movement.provider)
            } else {
                String::new()
            },
            receipt: if is_payment {
                format!("/billing/receipts/{}", movement.id)
            } else {
                String::new()
            },
            numbers: movement.numbers,
        })
    }
}

/// The page.
pub(crate) struct ListPage {
    today: Date,
    /// Nothing but the beginning of everything.
    is_first: bool,
    /// Back from the provider's page, unpaid.
    left: bool,
    /// Whether the business takes payments online.
    online: bool,
    due: Vec<Due>,
    open: Vec<Open>,
    next_open: String,
    closed: Vec<Row>,
    next_closed: String,
    moved: Vec<Moved>,
    next_moved: String,
}

impl Load for ListPage {
    type Args = InQuery<Asked>;

    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = vec![billing::basics()];
        match query.part() {
            Part::Whole => statements.extend([
                seen::owing(asker),
                seen::open(asker, None),
                seen::closed(asker, None, FIRST),
                seen::movements(asker, None, FIRST),
            ]),
            Part::Open(day, id) => statements.push(seen::open(asker, Some((day, id)))),
            Part::Closed(day, id) => statements.push(seen::closed(asker, Some((day, id)), PAGE)),
            Part::Moved(day, id) => {
                statements.push(seen::movements(asker, Some((day, id)), PAGE));
            }
        }
        statements
    }

    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let part = asked.part();
        let is_first = matches!(part, Part::Whole);
        let rest = if is_first { FIRST } else { PAGE };
        let billing: Option<Basics> = results.first()?;
        let (mut owing, mut open, mut closed, mut moved) = (vec![], vec![], vec![], vec![]);
        match part {
            Part::Whole => {
                owing = results.rows()?;
                open = results.rows()?;
                closed = results.rows()?;
                moved = results.rows()?;
            }
            Part::Open(..) => open = results.rows()?,
            Part::Closed(..) => closed = results.rows()?,
            Part::Moved(..) => moved = results.rows()?,
        }
        let Some(billing) = billing else {
            return Ok(None);
        };
        let today = billing.today(now);
        let (lines, next_open) = page_of::<Line, _>(open, PAGE, "open", |row| (row.due_on, row.id));
        let (closed, next_closed) =
            page_of::<Line, _>(closed, rest, "after", |row| (row.issued_on, row.id));
        let (moved, next_moved) =
            page_of::<Movement, _>(moved, rest, "payments", |row| (row.occurred_on, row.id));
        let mut open: Vec<Open> = Vec::new();
        for line in lines {
            let currency = line.currency;
            let row = Row::new(line, today)?;
            match open.iter_mut().find(|open| open.currency == currency) {
                Some(open) => open.rows.push(row),
                None => open.push(Open {
                    currency,
                    rows: vec![row],
                }),
            }
        }
        let rows = closed.into_iter().map(|line| Row::new(line, today));
        Ok(Some(Self {
            today,
            is_first,
            left: !asked.left.is_empty(),
            online: billing.pay_online,
            due: Due::all(owing, today)?,
            open,
            next_open,
            closed: rows.collect::<Result<_, _>>()?,
            next_closed,
            moved: moved
                .into_iter()
                .map(Moved::new)
                .collect::<Result<_, _>>()?,
            next_moved,
        }))
    }
}

impl ListPage {
    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.closed.is_empty() && self.moved.is_empty() && self.is_first
    }
    fn several(&self) -> bool {
        self.open.len() > 1
    }
}

#[derive(Template)]
#[template(path = "billing/list.html")]
struct Page {
    chrome: Chrome<Who>,
    list: ListPage,
    /// Whether Pay Now is here for this person.
    pays: bool,
    is_test: bool,
}

/// `GET /billing`
pub(crate) async fn list(viewer: Viewer<Invoiced, ListPage>) -> Answer {
    let stripe = viewer.app.config.stripe.as_ref();
    page(&Page {
        pays: stripe.is_some() && viewer.page.online && viewer.me().payments(),
        is_test: stripe.is_some_and(|stripe| !stripe.is_live()),
        chrome: viewer.chrome,
        list: viewer.page,
    })
}
