//! Time that is not billed yet becomes a draft invoice: entries of one client in one currency, each at
//! most once.

use askama::Template;
use serde::Deserialize;

use super::Row;
use super::sums::month_words;
use crate::domain::id::{ClientId, Id, InvoiceId, ProjectId, RevisionId};
use crate::domain::invoice::content::Content;
use crate::domain::invoice::line::Line;
use crate::domain::invoice::terms::Terms;
use crate::domain::invoice::total::Totals;
use crate::domain::money::{Currency, Money};
use crate::domain::text::{Line as Reference, Paragraphs};
use crate::domain::time::{Date, Timestamp};
use crate::domain::time_log::bill::{Grouping, Spent, lines};
use crate::domain::time_log::clock;
use crate::domain::time_log::period::Period;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPathAndQuery, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::billing::{self, Billing, Buyer};
use crate::store::invoice::draft::{self as drafts, By, Draft};
use crate::store::time_log::Entry;
use crate::store::time_log::bill::{self, Chosen, MOST, Made};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// The query. What does not parse is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    to: String,
    project: String,
    currency: String,
}

impl Asked {
    fn period(&self) -> Period {
        Period {
            from: Date::parse(&self.from).ok(),
            to: Date::parse(&self.to).ok(),
        }
    }
    fn project(&self) -> Option<ProjectId> {
        Id::parse(&self.project).ok()
    }
    /// The address of this choice, in that currency.
    fn address(&self, client: ClientId, currency: Option<Currency>) -> String {
        let text = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        let parts = [
            ("from", text(self.period().from)),
            ("to", text(self.period().to)),
            (
                "project",
                self.project().map_or_else(String::new, |id| id.to_string()),
            ),
            (
                "currency",
                currency.map_or_else(String::new, |currency| currency.to_string()),
            ),
        ];
        let said = parts.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> = said
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let path = format!("/admin/clients/{client}/time-logs/invoice");
        if said.is_empty() {
            path
        } else {
            format!("{path}?{}", said.join("&"))
        }
    }
}

/// What waits to be billed.
pub(crate) struct Waiting {
    asked: Asked,
    buyer: Buyer,
    billing: Billing,
    today: Date,
    /// In the currency that is asked for, the oldest first.
    entries: Vec<Entry>,
    currency: Currency,
    /// Other currencies that something waits in.
    others: Vec<Currency>,
    /// Entries without a rate.
    rateless: usize,
    /// There are more than can stand here.
    more: bool,
}

impl Load for Waiting {
    type Args = InPathAndQuery<ClientId, Asked>;
    fn statements(InPathAndQuery(client, asked): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            billing::buyer(*client),
            billing::settings(),
            bill::open(*client, asked.project(), asked.period()),
        ]
    }
    fn read(
        InPathAndQuery(_, asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let buyer: Option<Buyer> = results.first()?;
        let billing: Option<Billing> = results.first()?;
        let mut entries: Vec<Entry> = results.rows()?;
        let Some((buyer, billing)) = buyer.zip(billing) else {
            return Ok(None);
        };
        let more = entries.len() > MOST;
        entries.truncate(MOST);
        let rateless = entries
            .iter()
            .filter(|entry| entry.currency.is_none())
            .count();
        let mut currencies: Vec<Currency> =
            entries.iter().filter_map(|entry| entry.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        let usual = buyer.currency.unwrap_or(billing.currency);
        let typed = Currency::parse(&asked.currency).ok();
        let has = |currency: &Currency| currencies.contains(currency);
        let currency = typed
            .or(Some(usual).filter(has))
            .or(currencies.first().copied())
            .unwrap_or(usual);
        entries.retain(|entry| entry.currency == Some(currency));
        currencies.retain(|other| *other != currency);
        Ok(Some(Self {
            today: billing.today(now),
            others: currencies,
            asked,
            buyer,
            billing,
            entries,
            currency,
            rateless,
            more,
        }))
    }
}

impl Waiting {
    /// What stands on the draft: these lines, and what a new invoice begins with.
    fn content(&self, lines: Vec<Line>) -> Content {
        let text = |raw: &str| Paragraphs::optional("text", raw).ok().flatten();
        Content {
            prices: self.billing.prices,
            lines,
            reference: Reference::optional("reference", &self.buyer.reference)
                .ok()
                .flatten(),
            notes: text(&self.billing.notes),
            terms: text(&self.billing.terms),
            ..Content::default()
        }
    }

    /// The draft, of today, for the project that all of it is of.
    fn draft(&self, content: Content, totals: &Totals, project: Option<ProjectId>) -> Draft {
        let own = self.buyer.terms_days.and_then(|days| Terms::new(days).ok());
        let terms = own.unwrap_or_else(|| self.billing.terms_of_payment());
        Draft {
            currency: self.currency,
            issued_on: self.today,
            due_on: terms.due_on(self.today),
            total: totals.total.minor(),
            tax: totals.tax.minor(),
            content,
            own: None,
            project,
        }
    }
}

#[derive(Template)]
#[template(path = "time_log/bill.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    of: Waiting,
    rows: Vec<(String, Row)>,
    time: String,
    amount: String,
    action: String,
    back: String,
}

/// The name of an entry's box.
fn named(entry: &Entry) -> String {
    format!("entry_{}", entry.id)
}

impl Page {
    fn new(chrome: Chrome<Me>, of: Waiting, form: Fields) -> Result<Self, Error> {
        let mut sum = Money::zero(of.currency);
        for entry in &of.entries {
            sum = sum.plus(Money::new(entry.amount.unwrap_or(0), of.currency)?)?;
        }
        let client = of.buyer.client_id;
        let minutes = of
            .entries
            .iter()
            .map(|entry| i64::from(entry.minutes))
            .sum();
        Ok(Self {
            chrome,
            rows: of
                .entries
                .iter()
                .map(|entry| (named(entry), Row::of(entry.clone())))
                .collect(),
            time: clock(minutes),
            amount: sum.to_string(),
            action: of.asked.address(client, Some(of.currency)),
            back: format!("/admin/clients/{client}/time-logs"),
            form,
            of,
        })
    }
    /// The same choice in the other currencies.
    fn others(&self) -> Vec<(String, Currency)> {
        let link = |currency: &Currency| {
            let client = self.of.buyer.client_id;
            (self.of.asked.address(client, Some(*currency)), *currency)
        };
        self.of.others.iter().map(link).collect()
    }
    /// The days in words, as they stand behind others; empty for all there is.
    fn inside(&self) -> String {
        match self.days() {
            days if days.is_empty() => days,
            days => format!(", {days}"),
        }
    }
    fn days(&self) -> String {
        let Period { from, to } = self.of.asked.period();
        match (from, to) {
            (Some(from), Some(to))
                if from.month_key() == to.month_key()
                    && from == from.first_of_month()
                    && to == crate::domain::time_log::period::last_of_month(to) =>
            {
                month_words(&from.month_key())
            }
            (Some(from), Some(to)) => format!("{} to {}", from.words(), to.words()),
            (Some(from), None) => format!("from {}", from.words()),
            (None, Some(to)) => format!("until {}", to.words()),
            (None, None) => String::new(),
        }
    }
}

/// `GET /admin/clients/{id}/time-logs/invoice`
pub(crate) async fn choose(staff: Staff<Waiting>) -> Answer {
    let mut form = Fields::fresh(&staff.app)?;
    form.fill([("group", Grouping::Entry.as_str())]);
    for entry in &staff.page.entries {
        form.fill([(named(entry).as_str(), "on")]);
    }
    page(&Page::new(staff.chrome, staff.page, form)?)
}

/// `POST /admin/clients/{id}/time-logs/invoice`: one batch makes the draft and notes which entries it
/// bills, if each of them is as it was shown and billed nowhere yet. Sent twice, it is one draft.
///
/// 1. what was chosen; 2. its lines; 3. the draft.
pub(crate) async fn make(staff: Staff<Waiting>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    // 1.
    let grouping = form.required("group", Grouping::parse);
    let id: InvoiceId = form.names(app, staff.me().id, "invoice")?;
    let mut chosen: Vec<&Entry> = Vec::new();
    for entry in &of.entries {
        if form.checkbox(&named(entry)) {
            chosen.push(entry);
        }
    }
    let asked = form
        .names_of_fields()
        .filter(|name| name.starts_with("entry_"))
        .count();
    if asked > chosen.len() && !form.has_errors() {
        // Sent again after it was done, or billed by somebody else meanwhile.
        let made: Option<Made> = app.db.run(bill::made(id)).await?.first()?;
        return match made {
            Some(Made { id }) => see(&format!("/admin/invoices/{id}")),
            None => lost(&staff),
        };
    }
    if chosen.is_empty() {
        form.refuse(
            "entries",
            "Choose the time to bill: tick at least one entry.",
        );
    }
    if of.buyer.archived {
        form.refuse(
            "entries",
            "This client is archived. Restore it first, then write the invoice.",
        );
    }
    // 2.
    let spent: Vec<Spent> = chosen.iter().filter_map(|entry| spent(entry)).collect();
    let made = grouping.map(|grouping| lines(&spent, grouping, of.billing.tax()));
    let content = match made {
        Some(Ok(lines)) => Some(of.content(lines)),
        Some(Err(problem)) => {
            form.refuse("entries", problem);
            None
        }
        None => None,
    };
    let totals = content.as_ref().and_then(|content| {
        let totals = content.totals(of.currency);
        form.required("entries", |_typed| totals)
    });
    let (Some(content), Some(totals), false) = (content, totals, form.has_errors()) else {
        return try_again(&Page::new(staff.chrome, staff.page, form)?);
    };
    // 3.
    let first = chosen.first().and_then(|entry| entry.project_id);
    let project = first.filter(|one| chosen.iter().all(|entry| entry.project_id == Some(*one)));
    let draft = of.draft(content, &totals, project);
    let me = staff.me();
    let by = By {
        staff: me.id,
        now: app.now,
    };
    let client = of.buyer.client_id;
    let revision: RevisionId = form.names(app, me.id, "revision")?;
    let as_read = |entry: &&Entry| Chosen {
        id: entry.id,
        revision: entry.revision,
    };
    let billed: Vec<Chosen> = chosen.iter().map(as_read).collect();
    let mut batch = drafts::create(id, revision, client, &draft, by)?;
    batch.extend(bill::bill(&billed, (client, of.currency), id, app.now)?);
    let minutes = chosen.iter().map(|entry| i64::from(entry.minutes)).sum();
    let detail = format!(
        "{} for {}, {} of time",
        totals.total,
        of.buyer.client_name,
        clock(minutes)
    );
    batch.push(
        me.did("time.billed", client, id, detail)
            .append(app.id()?, app.now),
    );
    match app.db.batch(batch).await {
        // This very form was sent before.
        Ok(_) | Err(store::Error::Conflict(Conflict::Repeat)) => {}
        Err(store::Error::Conflict(Conflict::Meanwhile)) => return lost(&staff),
        Err(error) => return Err(error.into()),
    }
    Flash::success(
        app,
        format!(
            "{} of time are on this draft. Look it over, then send it.",
            clock(minutes)
        ),
    );
    see(&format!("/admin/invoices/{id}"))
}

/// Some of it was changed or billed meanwhile.
fn lost(staff: &Staff<Waiting>) -> Answer {
    let of = &staff.page;
    Flash::error(
        &staff.app,
        "Some of this time was billed or changed meanwhile. Here is what is not billed yet.",
    );
    see(&of.asked.address(of.buyer.client_id, Some(of.currency)))
}

fn spent(entry: &Entry) -> Option<Spent> {
    Some(Spent {
        day: entry.day,
        minutes: entry.minutes,
        description: entry.description.clone(),
        project: entry.project.clone(),
        rate: entry.rate?,
    })
}
