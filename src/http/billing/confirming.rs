//! What became of a payment, by what stands in our own books: the provider's page leads back here, and
//! so does nothing that this page says decide anything.

use askama::Template;
use http::header::{HeaderName, HeaderValue};

use crate::app::App;
use crate::domain::id::AttemptId;
use crate::domain::money::{Money, MoneyError};
use crate::domain::payment::attempt::AttemptState;
use crate::domain::time::{Millis, Timestamp};
use crate::domain::token::Secret;
use crate::http::Error;
use crate::http::chrome::{Chrome, Nobody};
use crate::http::guard::{ByLink, InPath, Invoiced, Load, PayLink, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::store::attempt::seen::{self, Awaited};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// After so long it is unusual that nobody has told, and the page says so and looks less often.
const USUAL: Millis = Millis::minutes(2);

/// The words of the page.
struct News {
    title: &'static str,
    text: String,
    amount: String,
    tone: &'static str,
    label: &'static str,
    /// Where to go on, and what that is called.
    href: String,
    action: &'static str,
    /// Seconds until it looks again; 0: it does not.
    again: u32,
}

impl News {
    /// `home` is the invoice, or the list where it is for several; `receipts` whether the reader can
    /// open one.
    fn new(
        awaited: &Awaited,
        home: &str,
        receipts: bool,
        now: Timestamp,
    ) -> Result<Self, MoneyError> {
        let amount = Money::new(awaited.amount, awaited.currency)?.to_string();
        let what = &awaited.numbers;
        let late = now.since(awaited.created_at) > USUAL;
        let back = |title, text: String, tone, label, action, again| Self {
            title,
            text,
            amount: amount.clone(),
            tone,
            label,
            href: home.to_owned(),
            action,
            again,
        };
        Ok(match awaited.state {
            AttemptState::Open if late => back(
                "Confirming your payment…",
                "This takes longer than usual. If you paid, there is nothing more to do: we will write to you as soon as it is confirmed.".to_owned(),
                "info", "Confirming", "Back to the invoice", 15,
            ),
            AttemptState::Open => back(
                "Confirming your payment…",
                "This takes a few seconds. The page looks again by itself.".to_owned(),
                "info", "Confirming", "Back to the invoice", 3,
            ),
            AttemptState::Processing => back(
                "Your payment is on its way",
                format!("Your bank is working on it, which can take a few days. There is nothing more to do. We will write to you once it has arrived for {what}."),
                "info", "Processing", "Back to the invoice", 60,
            ),
            AttemptState::Succeeded => match awaited.receipt {
                Some(receipt) => {
                    let mut news = back(
                        "Thank you, it is paid",
                        format!("Your payment for {what} has arrived. A receipt is on its way to you by e-mail."),
                        "ok", "Paid", "Back to the invoice", 0,
                    );
                    if receipts {
                        news.href = format!("/billing/receipts/{receipt}");
                        news.action = "Open the receipt";
                    }
                    news
                }
                None => back(
                    "Your payment has arrived",
                    format!("{what} was changed while you paid. Your money is safe with us: we look at it and write to you."),
                    "info", "Received", "Back to the invoice", 0,
                ),
            },
            AttemptState::Failed => back(
                "Your payment did not arrive",
                "Your bank may have refused it. Nothing was taken. Please try again, or pay another way.".to_owned(),
                "bad", "Failed", "Pay again", 0,
            ),
            AttemptState::Expired => back(
                "Nothing was paid",
                "The payment page was closed before anything was paid. You can pay whenever you like.".to_owned(),
                "mute", "Closed", "Back to the invoice", 0,
            ),
        })
    }

    /// Whether no money is on its way, so that an amount would mislead.
    fn is_nothing(&self) -> bool {
        self.tone == "mute"
    }
}

/// Looks again by a header, which works without scripts.
fn refreshing(answer: Answer, again: u32) -> Answer {
    let mut answer = answer?;
    if again > 0 {
        let name = HeaderName::from_static("refresh");
        answer.headers_mut().insert(name, HeaderValue::from(again));
    }
    Ok(answer)
}

/// An attempt that somebody waits for.
pub(crate) struct Waiting(Awaited);

impl Load for Waiting {
    type Args = InPath<AttemptId>;
    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![seen::by_contact(asker, *id)]
    }
    fn read(_: Self::Args, results: &mut Results, _: Timestamp) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

#[derive(Template)]
#[template(path = "billing/confirming.html")]
struct Page {
    chrome: Chrome<Who>,
    news: News,
}

/// `GET /billing/confirming/{attempt}`
pub(crate) async fn confirming(viewer: Viewer<Invoiced, Waiting>) -> Answer {
    let Waiting(awaited) = &viewer.page;
    let home = match (awaited.invoices, awaited.first) {
        (1, Some(first)) => format!("/billing/{first}"),
        _ => "/billing".to_owned(),
    };
    let news = News::new(awaited, &home, true, viewer.app.now)?;
    let again = news.again;
    let answer = page(&Page {
        chrome: viewer.chrome,
        news,
    });
    refreshing(answer, again)
}

impl ByLink for Waiting {
    type Args = InPath<(String, AttemptId)>;
    fn statements(
        InPath((_, id)): &Self::Args,
        _app: &App,
        token: &Secret,
    ) -> Result<Vec<Statement>, Error> {
        Ok(vec![seen::by_link(&token.hash().to_string(), *id)])
    }
    fn read(_: Self::Args, _: &App, results: &mut Results) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

#[derive(Template)]
#[template(path = "billing/link_confirming.html")]
struct LinkPage {
    chrome: Chrome<Nobody>,
    news: News,
}

/// `GET /invoice/{token}/confirming/{attempt}`
pub(crate) async fn link_confirming(link: PayLink<Waiting>) -> Answer {
    let home = link.home();
    let news = News::new(&link.page.0, &home, false, link.app.now)?;
    let again = news.again;
    let answer = page(&LinkPage {
        chrome: link.chrome,
        news,
    });
    refreshing(answer, again)
}
