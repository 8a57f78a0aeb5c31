//! The statement of account of a client: what stood at the beginning, what happened, what stands.
//!
//! One statement a currency; amounts that raise what the client owes are charges, those that lower
//! it are credits. The closing balance is the opening one plus charges less credits, always.
//! Ageing sorts what is still due on a day by how late it is.

use super::money::{Currency, Money, MoneyError};
use super::time::Date;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// An invoice was sent: a charge.
    Invoice,
    /// A revision asks for more or less than the one before: either way.
    Revision,
    /// An invoice was voided: a credit of what it asked for.
    Void,
    /// A payment: a credit.
    Payment,
    /// A payment was taken out again: a charge.
    Reversal,
    /// Money went back: a charge.
    Refund,
    /// A bank took money: a charge.
    Dispute,
    /// A bank gave it back: a credit.
    DisputeReturned,
    /// What was given back is not asked for again: a credit.
    Released,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Invoice,
        Self::Revision,
        Self::Void,
        Self::Payment,
        Self::Reversal,
        Self::Refund,
        Self::Dispute,
        Self::DisputeReturned,
        Self::Released,
    ];
    /// The name by which the store tells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Revision => "revision",
            Self::Void => "void",
            Self::Payment => "payment",
            Self::Reversal => "reversal",
            Self::Refund => "refund",
            Self::Dispute => "dispute_out",
            Self::DisputeReturned => "dispute_in",
            Self::Released => "released",
        }
    }
    /// The kind of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Invoice => "Invoice",
            Self::Revision => "Invoice revised",
            Self::Void => "Invoice voided",
            Self::Payment => "Payment",
            Self::Reversal => "Payment reversed",
            Self::Refund => "Refund",
            Self::Dispute => "Payment disputed",
            Self::DisputeReturned => "Dispute won",
            Self::Released => "No longer asked for",
        }
    }
    /// The amount as a change of what the client owes. `amount` is not below zero, except for a
    /// revision that asks for less.
    const fn signed(self, amount: Money) -> Money {
        match self {
            Self::Invoice | Self::Revision | Self::Reversal | Self::Refund | Self::Dispute => {
                amount
            }
            Self::Void | Self::Payment | Self::DisputeReturned | Self::Released => amount.negated(),
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The day.
    pub on: Date,
    /// What happened.
    pub kind: EntryKind,
    /// The number of the invoice, or the reference of the payment.
    pub reference: String,
    /// How much.
    pub amount: Money,
}

impl Entry {
    /// What happened to what, as people read it.
    pub fn title(&self) -> String {
        match self.reference.as_str() {
            "" => self.kind.label().to_owned(),
            reference => format!("{} {reference}", self.kind.label()),
        }
    }
}

/// One line with what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// The line.
    pub entry: Entry,
    /// What it adds to what is owed; nothing for a credit.
    pub charge: Money,
    /// What it takes off; nothing for a charge.
    pub credit: Money,
    /// What is owed after it.
    pub balance: Money,
}

/// A statement of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its currency.
    pub currency: Currency,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What was owed before the first day; below zero for a credit.
    pub opening: Money,
    /// What happened, by day.
    pub lines: Vec<StatementLine>,
    /// All charges.
    pub charged: Money,
    /// All credits.
    pub credited: Money,
    /// What is owed after the last day; below zero for a credit.
    pub closing: Money,
}

/// Why there is no such statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The last day before the first.
    #[error("The period ends before it begins. Please swap the two dates.")]
    Period,
    /// Sums beyond what can be counted, or two currencies.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Statement {
    /// Of a period, both days included. `opening` is what was owed at the end of the day before
    /// `from`; entries outside the period count towards nothing, so that a caller may hand over more
    /// than it needs: those before it are added to `opening`, those after it are left out.
    pub fn new(
        opening: Money,
        from: Date,
        to: Date,
        mut entries: Vec<Entry>,
    ) -> Result<Self, StatementError> {
        if to < from {
            return Err(StatementError::Period);
        }
        let currency = opening.currency();
        let nothing = Money::zero(currency);
        // Of one day: invoices before what was paid on them. A stable sort keeps the rest as it came.
        entries.sort_by_key(|e| (e.on, e.kind));
        let mut opening = opening;
        let (mut charged, mut credited) = (nothing, nothing);
        let mut balance = opening;
        let mut lines = Vec::with_capacity(entries.len());
        for entry in entries.into_iter().filter(|e| e.on <= to) {
            let signed = entry.kind.signed(entry.amount);
            balance = balance.plus(signed)?;
            if entry.on < from {
                opening = balance;
                continue;
            }
            let (charge, credit) = (signed.or_nothing(), signed.negated().or_nothing());
            charged = charged.plus(charge)?;
            credited = credited.plus(credit)?;
            lines.push(StatementLine {
                entry,
                charge,
                credit,
                balance,
            });
        }
        Ok(Self {
            currency,
            from,
            to,
            opening,
            lines,
            charged,
            credited,
            closing: balance,
        })
    }
}

impl Statement {
    /// What it comes to, in a line.
    pub fn headline(&self) -> String {
        let on = self.to.words();
        if self.closing.is_positive() {
            format!("{} open on {on}", self.closing)
        } else if self.closing.is_zero() {
            format!("Nothing open on {on}")
        } else {
            format!("A credit of {} on {on}", self.closing.negated())
        }
    }
}

/// What is due, by how late it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ageing {
    /// Not yet due.
    pub current: Money,
    /// 1 to 30 days late.
    pub to_30: Money,
    /// 31 to 60.
    pub to_60: Money,
    /// 61 to 90.
    pub to_90: Money,
    /// More than 90.
    pub older: Money,
}

impl Ageing {
    /// Of what is due on each invoice, with its due date, seen from `on`.
    pub fn new(
        currency: Currency,
        due: impl IntoIterator<Item = (Date, Money)>,
        on: Date,
    ) -> Result<Self, MoneyError> {
        let nothing = Money::zero(currency);
        let mut ageing = Self {
            current: nothing,
            to_30: nothing,
            to_60: nothing,
            to_90: nothing,
            older: nothing,
        };
        for (due_on, amount) in due {
            let bucket = match on.days_since(due_on) {
                ..=0 => &mut ageing.current,
                1..=30 => &mut ageing.to_30,
                31..=60 => &mut ageing.to_60,
                61..=90 => &mut ageing.to_90,
                _ => &mut ageing.older,
            };
            *bucket = bucket.plus(amount)?;
        }
        Ok(ageing)
    }
    /// The buckets with their headings, newest first.
    pub fn buckets(&self) -> [(&'static str, Money); 5] {
        [
            ("Not yet due", self.current),
            ("1–30 days", self.to_30),
            ("31–60 days", self.to_60),
            ("61–90 days", self.to_90),
            ("Over 90 days", self.older),
        ]
    }
    /// All of it.
    pub fn total(&self) -> Result<Money, MoneyError> {
        let buckets = self.buckets();
        Money::sum(self.current.currency(), buckets.into_iter().map(|b| b.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR).unwrap()
    }
    fn day(raw: &str) -> Date {
        Date::parse(raw).unwrap()
    }
    fn entry(on: &str, kind: EntryKind, minor: i64) -> Entry {
        Entry {
            on: day(on),
            kind,
            reference: "INV-1".to_owned(),
            amount: eur(minor),
        }
    }

    #[test]
    fn kinds_have_names_of_their_own() {
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EntryKind::parse("Invoice"), None);
    }

    #[test]
    fn a_month() {
        let entries = vec![
            entry("2026-11-20", EntryKind::Payment, 40),
            entry("2026-11-20", EntryKind::Invoice, 100),
            entry("2026-10-01", EntryKind::Invoice, 7),
            entry("2026-12-01", EntryKind::Invoice, 1_000),
            entry("2026-11-30", EntryKind::Refund, 40),
            entry("2026-11-01", EntryKind::Revision, -2),
        ];
        let found = Statement::new(eur(5), day("2026-11-01"), day("2026-11-30"), entries).unwrap();
        assert_eq!(found.opening, eur(12));
        let balances: Vec<_> = found.lines.iter().map(|l| l.balance.minor()).collect();
        assert_eq!(balances, [10, 110, 70, 110]);
        assert_eq!((found.charged, found.credited), (eur(140), eur(42)));
        assert_eq!(found.closing, eur(110));
    }

    #[test]
    fn what_cannot_be() {
        let (first, last) = (day("2026-11-01"), day("2026-10-01"));
        let wrong = Statement::new(eur(0), first, last, vec![]);
        assert_eq!(wrong, Err(StatementError::Period));
        let usd = Money::new(1, Currency::parse("USD").unwrap()).unwrap();
        let mixed = Entry {
            amount: usd,
            ..entry("2026-11-01", EntryKind::Invoice, 1)
        };
        assert!(Statement::new(eur(0), first, first, vec![mixed]).is_err());
    }

    #[test]
    fn ageing_by_days_late() {
        let on = day("2026-11-24");
        let due = [-1, 0, 1, 30, 31, 60, 61, 90, 91, 400].map(|late| (on.plus_days(-late), eur(1)));
        let ageing = Ageing::new(Currency::EUR, due, on).unwrap();
        let counts: Vec<_> = ageing.buckets().iter().map(|b| b.1.minor()).collect();
        assert_eq!(counts, [2, 2, 2, 2, 2]);
        assert_eq!(ageing.total().unwrap(), eur(10));
    }

    proptest! {
        #[test]
        fn the_closing_balance_is_the_opening_one_and_what_happened(
            entries in prop::collection::vec((0i64..90, 0usize..9, 0i64..1_000_000), 0..40),
            (start, length) in (0i64..60, 0i64..40),
        ) {
            let kinds = EntryKind::ALL;
            let base = day("2026-01-01");
            let entries: Vec<_> = entries.into_iter().map(|(offset, kind, minor)| Entry {
                on: base.plus_days(offset), ..entry("2026-01-01", kinds[kind], minor)
            }).collect();
            let (from, to) = (base.plus_days(start), base.plus_days(start + length));
            let found = Statement::new(eur(3), from, to, entries.clone()).unwrap();
            let sum = found.opening.plus(found.charged).unwrap().minus(found.credited).unwrap();
            prop_assert_eq!(sum, found.closing);
            // The next period opens where this one closed.
            let next = Statement::new(eur(3), to.plus_days(1), base.plus_days(200), entries).unwrap();
            prop_assert_eq!(next.opening, found.closing);
        }
    }
}
