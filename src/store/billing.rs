//! What the business says on its invoices, how it wants to be paid, and how numbers look.

use const_format::formatcp;
use serde::Deserialize;

use super::branding::Branding;
use super::{Param, Statement, flag, statement};
use crate::domain::id::{ClientId, InvoiceId};
use crate::domain::invoice::content::Prices;
use crate::domain::invoice::decide::Parts;
use crate::domain::invoice::parties::{Account, Look, Parties, Party};
use crate::domain::invoice::tax::{Tax, TaxCategory};
use crate::domain::invoice::terms::Terms;
use crate::domain::money::{Currency, Rate};
use crate::domain::time::{Date, Millis, Timestamp};
use crate::domain::zone::Clock;

/// The day of now for the business, in SQL; `?1` is now. The same as [`Billing::today`].
pub(crate) const TODAY: &str = "(SELECT date((?1 + CASE WHEN ?1 < b.next_offset_at THEN b.utc_offset \
     ELSE b.next_offset END) / 1000, 'unixepoch') FROM billing b WHERE b.id = 1)";
/// The same of the moment `m.at`.
pub(super) const DAY: &str = "(SELECT date((m.at + CASE WHEN m.at < b.next_offset_at THEN b.utc_offset \
     ELSE b.next_offset END) / 1000, 'unixepoch') FROM billing b WHERE b.id = 1)";

/// The row.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a row with its switches")]
pub(crate) struct Billing {
    pub(crate) legal_name: String,
    pub(crate) address: String,
    pub(crate) postcode: String,
    pub(crate) city: String,
    pub(crate) country: String,
    pub(crate) vat_id: String,
    pub(crate) tax_number: String,
    pub(crate) registration: String,
    pub(crate) tax_name: String,
    pub(crate) tax_category: TaxCategory,
    pub(crate) tax_rate: Rate,
    pub(crate) prices: Prices,
    pub(crate) account_name: String,
    pub(crate) iban: String,
    pub(crate) bic: String,
    pub(crate) bank_name: String,
    pub(crate) bank_details: String,
    pub(crate) currency: Currency,
    pub(crate) time_zone: String,
    hours: Hours,
    pub(crate) terms_days: i64,
    pub(crate) notes: String,
    pub(crate) terms: String,
    pub(crate) reminders: String,
    /// The least share that is taken at once; absent: only the whole.
    pub(crate) part_least: Option<Rate>,
    #[serde(deserialize_with = "flag")]
    pub(crate) pay_without_account: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) pay_online: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) pay_by_transfer: bool,
    /// Whether the clock reminds clients whose portal is off.
    #[serde(deserialize_with = "flag")]
    pub(crate) remind_without_portal: bool,
    pub(crate) revision: i64,
}

impl Billing {
    /// Whether an invoice says how it is paid: online, or to which account.
    pub(crate) fn says_how_to_pay(&self) -> bool {
        let has_account = !self.iban.is_empty() || !self.bank_details.is_empty();
        self.pay_online || (self.pay_by_transfer && has_account)
    }
}

/// Reads the [`Billing`] row.
pub(crate) fn settings() -> Statement {
    statement!(
        "SELECT legal_name, address, postcode, city, country, vat_id, tax_number, registration, tax_name, \
         tax_category, tax_rate, prices, account_name, iban, bic, bank_name, bank_details, currency, \
         time_zone, utc_offset, next_offset_at, next_offset, terms_days, notes, terms, reminders, \
         part_least, pay_without_account, pay_online, pay_by_transfer, \
         remind_without_portal, revision FROM billing WHERE id = 1"
    )
}

/// The row without what invoices say: what most pages need of it.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Basics {
    /// Of new invoices and rates.
    pub(crate) currency: Currency,
    /// Whether clients can pay online.
    #[serde(deserialize_with = "flag")]
    pub(crate) pay_online: bool,
    hours: Hours,
}

/// Reads the [`Basics`].
pub(crate) fn basics() -> Statement {
    statement!(
        "SELECT currency, pay_online, utc_offset, next_offset_at, next_offset \
         FROM billing WHERE id = 1"
    )
}

impl Basics {
    /// The day that it is for the business.
    pub(crate) fn today(&self, now: Timestamp) -> Date {
        self.hours.clock().day(now)
    }
}

/// The clock of the business, as the row has it.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Hours {
    utc_offset: Millis,
    next_offset_at: Timestamp,
    next_offset: Millis,
}

impl Hours {
    const fn clock(self) -> Clock {
        Clock {
            offset: self.utc_offset,
            changes_at: self.next_offset_at,
            then: self.next_offset,
        }
    }
}

impl Billing {
    /// The day that it is for the business.
    pub(crate) fn today(&self, now: Timestamp) -> Date {
        self.hours.clock().day(now)
    }
    /// The hour that it is for the business.
    pub(crate) fn hour(&self, now: Timestamp) -> i64 {
        self.hours.clock().hour(now)
    }
    /// The tax of a new line.
    pub(crate) fn tax(&self) -> Tax {
        Tax::new(self.tax_category, self.tax_rate).unwrap_or(Tax::NONE)
    }
    /// When a new invoice is due.
    pub(crate) fn terms_of_payment(&self) -> Terms {
        Terms::new(self.terms_days).unwrap_or(Terms::DEFAULT)
    }
    /// What stands on an invoice to that buyer besides its content, for a revision to keep.
    pub(crate) fn parties(&self, buyer: &Buyer, look: &Branding) -> Parties {
        let or = |text: &str, other: &str| if text.is_empty() { other } else { text }.to_owned();
        let seller = Party {
            name: or(&self.legal_name, &look.name),
            address: self.address.clone(),
            postcode: self.postcode.clone(),
            city: self.city.clone(),
            country: self.country.clone(),
            vat_id: self.vat_id.clone(),
            tax_number: self.tax_number.clone(),
            registration: self.registration.clone(),
            email: look.support_email.clone().unwrap_or_default(),
            phone: look.support_phone.clone().unwrap_or_default(),
        };
        let account = Account {
            name: or(&self.account_name, &seller.name),
            iban: self.iban.clone(),
            bic: self.bic.clone(),
            bank: self.bank_name.clone(),
            details: self.bank_details.clone(),
        };
        let given = !account.iban.is_empty() || !account.details.is_empty();
        Parties {
            seller,
            buyer: buyer.party(),
            buyer_reference: buyer.reference.clone(),
            tax_name: self.tax_name.clone(),
            account: (self.pay_by_transfer && given).then_some(account),
            look: Look {
                colour: look.colour.clone(),
                logo: look.logo_hash.clone(),
            },
        }
    }
    /// Whether invoices are taken in parts.
    pub(crate) fn parts(&self) -> Parts {
        self.part_least.map_or(Parts::No, Parts::AtLeast)
    }
}

/// The zones whose clocks have changed since they were looked up: at most one row.
#[derive(Debug, Deserialize)]
pub(crate) struct Changed {
    pub(crate) time_zone: String,
}

/// Reads [`Changed`].
pub(crate) fn changed_clock(now: Timestamp) -> Statement {
    statement!(
        "SELECT time_zone FROM billing WHERE id = 1 AND next_offset_at <= ?1",
        now
    )
}

/// Keeps what the clocks of the zone show, if it is still the zone.
pub(crate) fn set_clock(time_zone: &str, clock: Clock) -> Statement {
    statement!(
        "UPDATE billing SET utc_offset = ?2, next_offset_at = ?3, next_offset = ?4 \
         WHERE id = 1 AND time_zone = ?1",
        time_zone,
        clock.offset.0,
        clock.changes_at,
        clock.then.0
    )
}

/// Whom an invoice of a client is made out to, with the client's own name and address where nothing
/// else is said.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Buyer {
    pub(crate) client_id: ClientId,
    /// The client's name, as everywhere else.
    pub(crate) client_name: String,
    /// Their address, as one text.
    pub(crate) client_address: String,
    /// Archived clients get no new invoices.
    #[serde(deserialize_with = "flag")]
    pub(crate) archived: bool,
    pub(crate) legal_name: String,
    pub(crate) address: String,
    pub(crate) postcode: String,
    pub(crate) city: String,
    pub(crate) country: String,
    pub(crate) vat_id: String,
    pub(crate) reference: String,
    pub(crate) currency: Option<Currency>,
    pub(crate) terms_days: Option<i64>,
    /// When it was last saved; 0: never.
    pub(crate) updated_at: Timestamp,
}

impl Buyer {
    fn party(&self) -> Party {
        let or = |text: &str, other: &str| if text.is_empty() { other } else { text }.to_owned();
        // The client's own address is one text with its city; the two are never mixed.
        let own = self.address.is_empty() && self.city.is_empty() && self.postcode.is_empty();
        Party {
            name: or(&self.legal_name, &self.client_name),
            address: if own {
                &self.client_address
            } else {
                &self.address
            }
            .clone(),
            postcode: self.postcode.clone(),
            city: self.city.clone(),
            country: self.country.clone(),
            vat_id: self.vat_id.clone(),
            ..Party::default()
        }
    }
}

/// The columns of [`Buyer`].
pub(super) const BUYER: &str = "c.id AS client_id, c.name AS client_name, c.address AS client_address, \
     c.archived_at IS NOT NULL AS archived, coalesce(cb.legal_name, '') AS legal_name, \
     coalesce(cb.address, '') AS address, coalesce(cb.postcode, '') AS postcode, \
     coalesce(cb.city, '') AS city, coalesce(cb.country, '') AS country, \
     coalesce(cb.vat_id, '') AS vat_id, coalesce(cb.reference, '') AS reference, cb.currency, \
     cb.terms_days, coalesce(cb.updated_at, 0) AS updated_at";

/// Reads the [`Buyer`] of a client; of nobody, no row.
pub(crate) fn buyer(client: impl Into<Option<ClientId>>) -> Statement {
    statement!(
        formatcp!(
            "SELECT {BUYER} FROM clients c LEFT JOIN client_billing cb ON cb.client_id = c.id \
             WHERE c.id = ?1"
        ),
        Param::from(client.into().map(|id| id.to_string()))
    )
}

/// Reads the [`Buyer`] that an invoice is for.
pub(crate) fn buyer_of(invoice: InvoiceId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {BUYER} FROM invoices i JOIN clients c ON c.id = i.client_id \
             LEFT JOIN client_billing cb ON cb.client_id = c.id WHERE i.id = ?1"
        ),
        invoice.to_string()
    )
}

/// What a client owes in one currency.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Balance {
    pub(crate) currency: Currency,
    /// Still to be paid.
    pub(crate) due: i64,
    /// Paid beyond what was asked for.
    pub(crate) credit: i64,
    pub(crate) open_invoices: i64,
}

/// The [`Balance`]s of a client that are not nothing.
pub(crate) fn balances(client: ClientId) -> Statement {
    statement!(
        "SELECT currency, due, credit, open_invoices FROM balances \
         WHERE client_id = ?1 AND (due > 0 OR credit > 0) ORDER BY currency",
        client.to_string()
    )
}

/// What the business is owed in one currency.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Owed {
    pub(crate) currency: Currency,
    /// Still to be paid.
    pub(crate) due: i64,
    /// … of which the due date has passed.
    pub(crate) late: i64,
    pub(crate) open_invoices: i64,
    /// Came in this month.
    pub(crate) received: i64,
}

/// What the business is [`Owed`], by currency. What is late is all that is due less what falls due from today
/// on: the months to come, and of this month its days from today on; up to the fifteenth it is the whole month
/// but for the days before today. So no more than sixteen days are read, however long things have been due.
pub(crate) fn owed(now: Timestamp) -> Statement {
    statement!(
        formatcp!(
            "WITH today AS (SELECT day, substr(day, 1, 7) AS month, substr(day, 9) > '15' AS second_half FROM (SELECT {TODAY} AS day)) \
             SELECT currency, sum(due) AS due, sum(open_invoices) AS open_invoices, sum(received) AS received, sum(late) AS late FROM ( \
               SELECT o.currency, o.due, o.open_invoices, 0 AS received, o.due AS late FROM owed o WHERE o.currency > '' \
               UNION ALL SELECT m.currency, 0, 0, 0, -m.due \
               FROM today t CROSS JOIN totals m INDEXED BY totals_with_due ON m.is_month = 1 AND m.due <> 0 \
                 AND m.span >= CASE WHEN t.second_half THEN t.month || '~' ELSE t.month END \
               UNION ALL SELECT d.currency, 0, 0, 0, CASE WHEN t.second_half THEN -d.due ELSE d.due END \
               FROM today t CROSS JOIN totals d INDEXED BY totals_with_due ON d.is_month = 0 AND d.due <> 0 \
                 AND d.span >= CASE WHEN t.second_half THEN t.day ELSE t.month || '-01' END \
                 AND d.span < CASE WHEN t.second_half THEN t.month || '-32' ELSE t.day END \
               UNION ALL SELECT n.currency, 0, 0, n.received, 0 \
               FROM today t CROSS JOIN totals n ON n.is_month = 1 AND n.span = t.month) \
             GROUP BY currency HAVING sum(due) > 0 OR sum(received) > 0 ORDER BY currency"
        ),
        now
    )
}

/// What a month came to in one currency.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Monthly {
    /// `YYYY-MM`.
    pub(crate) span: String,
    pub(crate) invoiced: i64,
    pub(crate) received: i64,
    pub(crate) given_back: i64,
}

/// The last twelve [`Monthly`], this month among them: as many rows a currency.
pub(crate) fn months(now: Timestamp, currency: Option<Currency>) -> Statement {
    statement!(
        formatcp!(
            "SELECT span, invoiced, received, given_back FROM totals WHERE is_month = 1 \
             AND span BETWEEN substr(date({TODAY}, 'start of month', '-11 months'), 1, 7) AND substr({TODAY}, 1, 7) \
             AND currency = coalesce(?2, (SELECT b.currency FROM billing b WHERE b.id = 1)) \
             AND (invoiced <> 0 OR received <> 0 OR given_back <> 0) ORDER BY span"
        ),
        now,
        currency.map(Currency::code)
    )
}

/// How numbers look, and which comes next, counted by year and running on.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Numbering {
    pub(crate) prefix: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) yearly: bool,
    pub(crate) digits: i64,
    /// Which comes next in this year, and where numbers run on.
    next_yearly: i64,
    next_running: i64,
    /// The highest that was given there.
    given_yearly: Option<u32>,
    given_running: Option<u32>,
}

impl Numbering {
    /// Which count comes next.
    pub(crate) const fn next(&self, yearly: bool) -> i64 {
        if yearly {
            self.next_yearly
        } else {
            self.next_running
        }
    }
    /// The highest count that was given.
    pub(crate) const fn given(&self, yearly: bool) -> Option<u32> {
        if yearly {
            self.given_yearly
        } else {
            self.given_running
        }
    }
}

/// The [`Numbering`] of new invoices.
pub(crate) fn numbering(now: Timestamp) -> Statement {
    statement!(
        formatcp!(
            "WITH y AS (SELECT s.id, s.prefix, s.yearly, s.digits, CAST(substr({TODAY}, 1, 4) AS INTEGER) AS year \
              FROM number_series s WHERE s.is_default = 1) \
             SELECT y.prefix, y.yearly, y.digits, \
             coalesce((SELECT n.next FROM number_counters n WHERE n.series_id = y.id AND n.year = y.year), 1) AS next_yearly, \
             coalesce((SELECT n.next FROM number_counters n WHERE n.series_id = y.id AND n.year = 0), 1) AS next_running, \
             (SELECT max(i.series_count) FROM invoices i WHERE i.series_id = y.id AND i.series_year = y.year) AS given_yearly, \
             (SELECT max(i.series_count) FROM invoices i WHERE i.series_id = y.id AND i.series_year = 0) AS given_running \
             FROM y"
        ),
        now
    )
}
