//! Stripe, by its API: Checkout Sessions and what is needed to look after them.
//!
//! Reference: `docs.stripe.com/api/checkout/sessions`, its idempotent requests and errors. The
//! version is pinned, so that an upgrade of the account changes nothing here.

use std::fmt;
use std::time::Duration;

use futures_util::future::{Either, select};
use serde::Deserialize;
use worker::send::SendFuture;
use worker::{AbortController, Delay, Fetch, Headers, Method, Request, RequestInit};

use super::form::Form;
use super::{Checkout, Claim, Offer, Order, Page, Provider, Trouble};
use crate::config::StripeSettings;
use crate::domain::payment::stripe::amount::to_stripe;
use crate::domain::token::without_tokens;

/// The version of the API that everything here was written and tested against.
pub(crate) const API_VERSION: &str = "2026-10-28.endive";

/// Longer than Stripe usually takes, shorter than a person waits.
const PATIENCE: Duration = Duration::from_secs(12);

/// The events that the webhook reads; what the settings page compares an endpoint with.
pub(crate) const EVENTS: [&str; 12] = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
];

/// An account at Stripe.
#[derive(Clone)]
pub(crate) struct Stripe {
    key: String,
    base: String,
    /// Whether the key moves no real money.
    is_test: bool,
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stripe")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// What the check on the settings page found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    /// The account's name, where it has one.
    pub(crate) account: String,
    /// Whether the account may take payments yet.
    pub(crate) charges_enabled: bool,
    /// Our webhook among the account's endpoints: the events it does not get. `None`: there is no
    /// endpoint with our address, or it is switched off.
    pub(crate) missing_events: Option<Vec<&'static str>>,
}

impl Stripe {
    /// By the deployment's settings.
    pub(crate) fn new(settings: &StripeSettings) -> Self {
        Self {
            key: settings.key.clone(),
            base: settings.base.clone(),
            is_test: !settings.is_live(),
        }
    }

    /// Asks Stripe whether key and webhook work.
    pub(crate) async fn check(&self, webhook_url: &str) -> Result<Connection, Trouble> {
        #[derive(Deserialize)]
        struct Account {
            #[serde(default)]
            charges_enabled: bool,
            settings: Option<Settings>,
        }
        #[derive(Deserialize)]
        struct Settings {
            dashboard: Option<Dashboard>,
        }
        #[derive(Deserialize)]
        struct Dashboard {
            display_name: Option<String>,
        }
        #[derive(Deserialize)]
        struct Endpoints {
            data: Vec<Endpoint>,
        }
        #[derive(Deserialize)]
        struct Endpoint {
            url: String,
            status: String,
            enabled_events: Vec<String>,
        }
        let account: Account = read(&self.call(Method::Get, "/v1/account", None, None).await?)?;
        let path = "/v1/webhook_endpoints?limit=100";
        let endpoints: Endpoints = read(&self.call(Method::Get, path, None, None).await?)?;
        let ours = endpoints
            .data
            .into_iter()
            .find(|each| each.url == webhook_url && each.status == "enabled");
        let missing = |endpoint: Endpoint| {
            let gets = |event: &str| {
                endpoint
                    .enabled_events
                    .iter()
                    .any(|each| each == "*" || each == event)
            };
            EVENTS.into_iter().filter(|event| !gets(event)).collect()
        };
        Ok(Connection {
            account: account
                .settings
                .and_then(|settings| settings.dashboard?.display_name)
                .unwrap_or_default(),
            charges_enabled: account.charges_enabled,
            missing_events: ours.map(missing),
        })
    }

    /// One call. An answer below 300 is its body; everything else is trouble.
    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        key: Option<String>,
    ) -> Result<Vec<u8>, Trouble> {
        SendFuture::new(self.call_here(method, path, body, key)).await
    }

    async fn call_here(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        key: Option<String>,
    ) -> Result<Vec<u8>, Trouble> {
        let unsent = |error: worker::Error| Trouble::Unsure(error.to_string());
        let headers = Headers::new();
        headers
            .set("authorization", &format!("Bearer {}", self.key))
            .map_err(unsent)?;
        headers.set("stripe-version", API_VERSION).map_err(unsent)?;
        if let Some(key) = key {
            headers.set("idempotency-key", &key).map_err(unsent)?;
        }
        let mut init = RequestInit::new();
        if let Some(body) = body {
            headers
                .set("content-type", "application/x-www-form-urlencoded")
                .map_err(unsent)?;
            init.with_body(Some(body.into()));
        }
        init.with_method(method).with_headers(headers);
        let url = format!("{}{path}", self.base);
        let request = Request::new_with_init(&url, &init).map_err(unsent)?;
        let abort = AbortController::default();
        let signal = abort.signal();
        let fetch = Fetch::Request(request);
        let talk = Box::pin(async {
            let mut response = fetch.send_with_signal(&signal).await?;
            Ok((response.status_code(), response.bytes().await?))
        });
        match select(talk, Delay::from(PATIENCE)).await {
            Either::Left((Ok((status, body)), _)) => verdict(status, body),
            Either::Left((Err(error), _)) => Err(unsent(error)),
            Either::Right(((), _)) => {
                abort.abort();
                Err(Trouble::Unsure("it did not answer in time".to_owned()))
            }
        }
    }
}

impl Provider for Stripe {
    /// Amounts that Stripe takes.
    fn offer(&self, claim: &Claim<'_>) -> Option<Offer> {
        to_stripe(claim.due).ok().map(|_taken| Offer::PayNow {
            is_test: self.is_test,
        })
    }
}

impl Checkout for Stripe {
    async fn begin(&self, order: &Order<'_>) -> Result<Page, Trouble> {
        #[derive(Deserialize)]
        struct Session {
            id: String,
            url: Option<String>,
        }
        let mut form = Form::default();
        form.set("mode", "payment");
        form.set("client_reference_id", order.attempt);
        form.set("expires_at", order.expires_at.as_seconds());
        form.set("success_url", order.paid_url);
        form.set("cancel_url", order.back_url);
        if let Some(email) = order.email {
            form.set("customer_email", email);
        }
        for (n, item) in order.items.iter().enumerate() {
            let price = |field: &str| format!("line_items[{n}][price_data]{field}");
            form.set(&price("[currency]"), order.currency);
            form.set(&price("[unit_amount]"), item.units);
            form.set(&price("[product_data][name]"), &item.name);
            form.set(&format!("line_items[{n}][quantity]"), 1);
        }
        // The payment carries our name too, for people who look at Stripe's own pages.
        form.set("payment_intent_data[metadata][attempt]", order.attempt);
        let key = order.attempt.to_string();
        let path = "/v1/checkout/sessions";
        let body = self
            .call(Method::Post, path, Some(form.into_body()), Some(key))
            .await?;
        let session: Session = read(&body)?;
        let url = session
            .url
            .ok_or_else(|| Trouble::Refused("the page is closed already".to_owned()))?;
        Ok(Page {
            session: session.id,
            url,
        })
    }

    async fn look_up(&self, session: &str) -> Result<Vec<u8>, Trouble> {
        // With the payment written out: its state alone tells of a delayed one that failed.
        let path = format!("/v1/checkout/sessions/{session}?expand%5B%5D=payment_intent");
        self.call(Method::Get, &path, None, None).await
    }

    async fn close(&self, session: &str) -> Result<(), Trouble> {
        let path = format!("/v1/checkout/sessions/{session}/expire");
        match self
            .call(Method::Post, &path, Some(String::new()), None)
            .await
        {
            // Not open any more: there is nothing to close.
            Ok(_) | Err(Trouble::Refused(_)) => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }
}

/// What an answer means. 409 is a call with the same key still under way; 429 and 5xx may have
/// been carried out or not; every other 4xx is final.
fn verdict(status: u16, body: Vec<u8>) -> Result<Vec<u8>, Trouble> {
    if status < 300 {
        return Ok(body);
    }
    let said = message(&body).unwrap_or_else(|| "no reason was given".to_owned());
    let told = format!("{status}: {said}");
    match status {
        400..=499 if !matches!(status, 408 | 409 | 425 | 429) => Err(Trouble::Refused(told)),
        _ => Err(Trouble::Unsure(told)),
    }
}

/// Stripe's own words for an error, shortened. They may quote what was sent, and with it a link.
fn message(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Told {
        error: Why,
    }
    #[derive(Deserialize)]
    struct Why {
        message: Option<String>,
    }
    let told: Told = serde_json::from_slice(body).ok()?;
    let message = told.error.message?;
    Some(without_tokens(&message).chars().take(300).collect())
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Trouble> {
    serde_json::from_slice(body)
        .map_err(|error| Trouble::Unsure(format!("the answer cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::STRIPE_API;

    #[test]
    fn only_a_definite_no_is_final() {
        let body = br#"{"error":{"message":"No such thing"}}"#.to_vec();
        for status in [400, 401, 402, 403, 404] {
            let said = verdict(status, body.clone());
            assert!(
                matches!(&said, Err(Trouble::Refused(why)) if why.ends_with("No such thing")),
                "{status}: {said:?}"
            );
        }
        for status in [408, 409, 425, 429, 500, 502, 503, 304] {
            let said = verdict(status, b"<html>".to_vec());
            assert!(
                matches!(said, Err(Trouble::Unsure(_))),
                "{status}: {said:?}"
            );
        }
        assert_eq!(verdict(200, b"{}".to_vec()), Ok(b"{}".to_vec()));
    }

    #[test]
    fn a_key_shows_nowhere() {
        let settings = |key: &str| StripeSettings {
            key: key.to_owned(),
            base: STRIPE_API.to_owned(),
        };
        assert!(!settings("sk_test_secret").is_live());
        assert!(settings("sk_live_x").is_live());
        assert!(settings("rk_live_x").is_live());
        let stripe = Stripe::new(&settings("sk_test_secret"));
        assert!(!format!("{stripe:?}").contains("secret"));
    }
}
