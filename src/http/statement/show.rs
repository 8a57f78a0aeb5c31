//! The page of a statement: the period, what it comes to, what happened, and how late what is due is.

use askama::Template;
use http::StatusCode;

use super::{OfClient, Own, Query, Stated, home, query};
use crate::domain::id::ClientId;
use crate::domain::money::Money;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{Invoiced, Me, Staff, Viewer, Who};
use crate::http::page::{Answer, page_with};

/// A line in words.
struct Row {
    on: String,
    day: String,
    what: String,
    /// Where the invoice is.
    path: String,
    method: String,
    charge: String,
    credit: String,
    balance: String,
}

/// A part of what is due, as text and as a piece of a bar that is 1000 wide.
struct Bucket {
    label: &'static str,
    amount: String,
    x: i64,
    width: i64,
}

/// All of it in words.
struct Words {
    /// The page's address.
    home: String,
    /// … with what was asked for, for the files.
    query: String,
    currency: String,
    currencies: Vec<String>,
    from: String,
    to: String,
    period: String,
    problem: String,
    opening: String,
    closing: String,
    charged: String,
    credited: String,
    rows: Vec<Row>,
    due: String,
    today: String,
    buckets: Vec<Bucket>,
    /// The bar in words.
    picture: String,
    remark: String,
}

impl Words {
    fn new(stated: &Stated, typed: &Query, client: Option<ClientId>) -> Result<Self, Error> {
        let asked = &stated.asked;
        let (problem, account) = match &stated.account {
            Ok(account) => (String::new(), Some(account)),
            Err(why) => (why.clone(), None),
        };
        let some = |amount: Money| {
            if amount.is_zero() {
                String::new()
            } else {
                amount.to_string()
            }
        };
        let invoices = client.map_or("/billing", |_| "/admin/invoices");
        let rows = account.map_or(&[][..], |account| &account.lines);
        let rows = rows.iter().zip(&stated.details).map(|(line, detail)| Row {
            on: line.entry.on.words(),
            day: line.entry.on.to_string(),
            what: line.entry.title(),
            path: match &detail.invoice {
                Some(id) => format!("{invoices}/{id}"),
                None => String::new(),
            },
            method: detail.method.clone(),
            charge: some(line.charge),
            credit: some(line.credit),
            balance: line.balance.to_string(),
        });
        let due = stated.ageing.total()?;
        let buckets = buckets(stated, due);
        let told = buckets.iter().filter(|bucket| bucket.width > 0);
        let told: Vec<String> = told
            .map(|bucket| format!("{}: {}", bucket.label, bucket.amount))
            .collect();
        let word = |of: &dyn Fn(&crate::domain::statement::Statement) -> Money| {
            account.map_or_else(String::new, |account| of(account).to_string())
        };
        let typed_or = |typed: &str, day: String| {
            if typed.is_empty() {
                day
            } else {
                typed.to_owned()
            }
        };
        Ok(Self {
            home: home(client),
            query: query(asked),
            currency: asked.currency.to_string(),
            currencies: stated.currencies.iter().map(ToString::to_string).collect(),
            from: if problem.is_empty() {
                asked.first.to_string()
            } else {
                typed_or(&typed.from, asked.first.to_string())
            },
            to: if problem.is_empty() {
                asked.last.to_string()
            } else {
                typed_or(&typed.to, asked.last.to_string())
            },
            period: format!("{} – {}", asked.first.words(), asked.last.words()),
            problem,
            opening: word(&|account| account.opening),
            closing: word(&|account| account.closing),
            charged: word(&|account| account.charged),
            credited: word(&|account| account.credited),
            rows: rows.collect(),
            due: due.to_string(),
            today: stated.today.words(),
            picture: told.join(", "),
            buckets: if due.is_positive() {
                buckets
            } else {
                Vec::new()
            },
            remark: stated.remark(),
        })
    }
}

/// The buckets side by side, each as wide as its part of the whole.
fn buckets(stated: &Stated, due: Money) -> Vec<Bucket> {
    let whole = i128::from(due.minor()).max(1);
    let mut x = 0;
    let mut bucket = |(label, amount): (&'static str, Money)| {
        let part = i128::from(amount.minor()).saturating_mul(1_000) / whole;
        let width = i64::try_from(part).unwrap_or(0);
        let bucket = Bucket {
            label,
            amount: amount.to_string(),
            x,
            width,
        };
        x = x.saturating_add(width);
        bucket
    };
    stated
        .ageing
        .buckets()
        .into_iter()
        .map(&mut bucket)
        .collect()
}

#[derive(Template)]
#[template(path = "statement/staff.html")]
struct StaffPage {
    chrome: Chrome<Me>,
    words: Words,
    client: ClientId,
    client_name: String,
    archived: bool,
}

#[derive(Template)]
#[template(path = "statement/client.html")]
struct ClientPage {
    chrome: Chrome<Who>,
    words: Words,
}

/// A period that cannot be shown needs another look.
fn status(words: &Words) -> StatusCode {
    if words.problem.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// `GET /admin/clients/{id}/statement`
pub(crate) async fn staff_page(staff: Staff<OfClient>) -> Answer {
    let OfClient(stated, typed) = staff.page;
    let client = stated.buyer.client_id;
    let words = Words::new(&stated, &typed, Some(client))?;
    let page = StaffPage {
        chrome: staff.chrome,
        client,
        client_name: stated.buyer.client_name,
        archived: stated.buyer.archived,
        words,
    };
    page_with(status(&page.words), &page)
}

/// `GET /billing/statement`
pub(crate) async fn client_page(viewer: Viewer<Invoiced, Own>) -> Answer {
    let Own(stated, typed) = viewer.page;
    let page = ClientPage {
        chrome: viewer.chrome,
        words: Words::new(&stated, &typed, None)?,
    };
    page_with(status(&page.words), &page)
}
