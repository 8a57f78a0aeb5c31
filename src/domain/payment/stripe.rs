//! What Stripe's events say, as types; and Stripe's idea of minor units.
//!
//! Fields that are not used are not looked at, and kinds of events that are not used are
//! [`News::Ignored`]. A used kind whose object cannot be read is [`News::Unreadable`], never an
//! error: money may have moved, so it goes to the exceptions desk instead of being sent again for
//! ever. Only what is no event at all is an error.

pub mod amount;

use super::super::time::{Millis, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A body that is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not an event of Stripe.")]
pub struct NotAnEvent;

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `evt_…`.
    pub id: String,
    /// As `charge.refunded`.
    pub kind: String,
    /// When it was made, in whole seconds.
    pub created: Timestamp,
    /// Whether it is about real money.
    pub livemode: bool,
    /// What it says.
    pub news: News,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// Something about a Checkout Session.
    Checkout(Checkout, Session),
    /// A refund, as it is now.
    Refund(Refund),
    /// A charge, with all that went back of it.
    Refunded(Charge),
    /// Something about a dispute.
    Dispute(DisputeNews, Disputed),
    /// A kind that is used, of a form that is not known.
    Unreadable(String),
    /// A kind that is not used.
    Ignored,
}

/// What happened to a Checkout Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checkout {
    /// `completed`; see [`Session::payment_status`].
    Completed,
    /// A delayed method arrived.
    Arrived,
    /// A delayed method did not arrive.
    Failed,
    /// The page closed unused.
    Expired,
}

/// What happened to a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeNews {
    /// Made, or the money was taken.
    Opened,
    /// The money came back.
    Reinstated,
    /// Decided; see [`Disputed::status`].
    Closed,
}

/// `checkout.session`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Session {
    /// `cs_…`.
    pub id: String,
    /// What we sent along: the attempt.
    pub client_reference_id: Option<String>,
    /// The payment that it made.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// Whether money came.
    pub payment_status: PaymentStatus,
    /// In Stripe's minor units.
    pub amount_total: Option<i64>,
    /// In lower case.
    pub currency: Option<String>,
    /// What we wrote on it.
    #[serde(default)]
    pub metadata: Option<BTreeMap<String, String>>,
    /// Whether it began with a link from a mail, as far as one can see from where the payer goes afterwards. The address
    /// itself holds that link, and is not kept.
    #[serde(default, rename = "success_url", deserialize_with = "leads_to_invoice")]
    pub by_link: bool,
}

fn leads_to_invoice<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    let address: &RawValue = Deserialize::deserialize(from)?;
    let plain = address.get().replace('\\', "");
    Ok(plain.contains("/invoice/"))
}

/// `checkout.session.payment_status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The money is there.
    Paid,
    /// Not yet, or not any more.
    Unpaid,
    /// There was nothing to pay.
    NoPaymentRequired,
}

/// `refund`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// `re_…`.
    pub id: String,
    /// In Stripe's minor units.
    pub amount: i64,
    /// In lower case.
    pub currency: String,
    /// Whose money goes back.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// The charge within that payment.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<String>,
    /// Absent on very old refunds, which had succeeded.
    pub status: Option<String>,
}

/// `charge`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Charge {
    /// `ch_…`.
    pub id: String,
    /// All that went back, in Stripe's minor units.
    pub amount_refunded: i64,
    /// In lower case.
    pub currency: String,
    /// The payment it belongs to.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
}

/// `dispute`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Disputed {
    /// `dp_…` (`du_…` since 2023).
    pub id: String,
    /// In Stripe's minor units.
    pub amount: i64,
    /// In lower case.
    pub currency: String,
    /// The payment in question.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// The charge in question.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<String>,
    /// As `needs_response`, `won`, `warning_closed`.
    pub status: String,
}

impl Disputed {
    /// Whether the bank only asks: no money is taken.
    pub fn is_inquiry(&self) -> bool {
        self.status.starts_with("warning_") || self.status == "prevented"
    }
}

/// What a page is called that was looked up and can still be paid.
const OPEN: &str = "checkout.session.open";

impl Event {
    /// Whether it was found by asking, and says that the page can still be paid.
    pub fn is_open(&self) -> bool {
        self.kind == OPEN
    }

    /// Reads the body of a webhook, after its signature was verified.
    pub fn parse(body: &[u8]) -> Result<Self, NotAnEvent> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            id: String,
            #[serde(rename = "type")]
            kind: String,
            created: i64,
            livemode: bool,
            #[serde(borrow)]
            data: Data<'a>,
        }
        #[derive(Deserialize)]
        struct Data<'a> {
            #[serde(borrow)]
            object: &'a RawValue,
        }
        let envelope: Envelope = serde_json::from_slice(body).map_err(|_| NotAnEvent)?;
        if !(1..=255).contains(&envelope.id.len()) || envelope.kind.len() > 255 {
            return Err(NotAnEvent);
        }
        let created = Timestamp(0).plus(Millis::seconds(envelope.created));
        Ok(Self {
            news: news(&envelope.kind, envelope.data.object),
            id: envelope.id,
            kind: envelope.kind,
            created,
            livemode: envelope.livemode,
        })
    }

    /// What is found by asking the provider about a session, as though it had sent the event: so a
    /// lost webhook goes through the same fold. `session` is the JSON of the Checkout Session,
    /// `now` when it was asked.
    pub fn looked_up(session: &[u8], livemode: bool, now: Timestamp) -> Result<Self, NotAnEvent> {
        #[derive(Deserialize)]
        struct Found {
            id: String,
            status: Option<String>,
            #[serde(rename = "payment_status")]
            money: Option<PaymentStatus>,
            #[serde(default, rename = "payment_intent")]
            intent: Intent,
        }
        /// Written out whole where it was asked for; then it tells of a delayed payment that failed.
        #[derive(Deserialize, Default)]
        #[serde(untagged)]
        enum Intent {
            Whole {
                status: Option<String>,
            },
            #[default]
            Other,
            Named(serde::de::IgnoredAny),
        }
        let object: &RawValue = serde_json::from_slice(session).map_err(|_| NotAnEvent)?;
        let found: Found = serde_json::from_str(object.get()).map_err(|_| NotAnEvent)?;
        let unpaid = found.money == Some(PaymentStatus::Unpaid);
        let failed = match &found.intent {
            Intent::Whole { status } => matches!(
                status.as_deref(),
                Some("requires_payment_method" | "canceled")
            ),
            Intent::Other | Intent::Named(_) => false,
        };
        let kind = match found.status.as_deref() {
            Some("complete") if unpaid && failed => "checkout.session.async_payment_failed",
            Some("complete") => "checkout.session.completed",
            Some("expired") => "checkout.session.expired",
            _ => OPEN,
        };
        Ok(Self {
            news: news(kind, object),
            id: format!("lookup_{}", found.id),
            kind: kind.to_owned(),
            created: Timestamp(0).plus(Millis::seconds(now.as_seconds())),
            livemode,
        })
    }
}

fn news(kind: &str, object: &RawValue) -> News {
    let checkout = |what| read(object, |session| News::Checkout(what, session));
    let dispute = |what| read(object, |dispute| News::Dispute(what, dispute));
    match kind {
        "checkout.session.completed" => checkout(Checkout::Completed),
        "checkout.session.async_payment_succeeded" => checkout(Checkout::Arrived),
        "checkout.session.async_payment_failed" => checkout(Checkout::Failed),
        "checkout.session.expired" => checkout(Checkout::Expired),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            read(object, News::Refund)
        }
        "charge.refunded" => read(object, News::Refunded),
        "charge.dispute.created" | "charge.dispute.funds_withdrawn" => dispute(DisputeNews::Opened),
        "charge.dispute.funds_reinstated" => dispute(DisputeNews::Reinstated),
        "charge.dispute.closed" => dispute(DisputeNews::Closed),
        _ => News::Ignored,
    }
}

fn read<'a, T: Deserialize<'a>>(object: &'a RawValue, then: impl FnOnce(T) -> News) -> News {
    match serde_json::from_str(object.get()) {
        Ok(object) => then(object),
        Err(error) => News::Unreadable(error.to_string()),
    }
}

/// An object that is named, or written out whole where it was expanded.
fn reference<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Named {
        Id(String),
        Whole { id: String },
    }
    Ok(Option::<Named>::deserialize(d)?.map(|named| match named {
        Named::Id(id) | Named::Whole { id } => id,
    }))
}

#[cfg(test)]
#[path = "stripe/tests.rs"]
mod tests;
