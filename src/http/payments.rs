//! Settings → Payments: whether the provider is connected and its webhook works, how clients may pay,
//! and the bank account for transfers.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Admin, Load, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, choices};
use crate::config::{Config, StripeSettings};
use crate::domain::bank::iban::{Bic, Iban};
use crate::domain::money::Rate;
use crate::domain::text::{Line, Paragraphs};
use crate::domain::time::Timestamp;
use crate::outbound::payments::{Connection, Stripe};
use crate::store::billing::{self, Billing};
use crate::store::branding::{self, Branding};
use crate::store::payments::{self, Ways};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

const PATH: &str = "/admin/settings/payments";
/// Where the provider tells us.
const WEBHOOK: &str = "/webhooks/stripe";

/// What is set.
pub(crate) struct Settings(Billing);

impl Load for Settings {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![billing::settings()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

/// A thing that was looked at, and how it stands.
struct Finding {
    tone: &'static str,
    label: &'static str,
    what: &'static str,
    text: String,
}

impl Finding {
    const fn new(good: bool, what: &'static str, text: String) -> Self {
        let (tone, label) = if good {
            ("ok", "Works")
        } else {
            ("bad", "Needs you")
        };
        Self {
            tone,
            label,
            what,
            text,
        }
    }
}

#[derive(Template)]
#[template(path = "settings/payments.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    webhook_url: String,
    /// Absent: no key.
    mode: Option<Mode>,
    findings: Vec<Finding>,
}

/// Whether money moves.
#[derive(Clone, Copy)]
struct Mode {
    is_live: bool,
}

impl Page {
    fn new(config: &Config, chrome: Chrome<Me>, form: Fields) -> Self {
        let live = |settings: &StripeSettings| Mode {
            is_live: settings.is_live(),
        };
        Self {
            chrome,
            form,
            webhook_url: config.base_url.join(WEBHOOK),
            mode: config.stripe.as_ref().map(live),
            findings: settings_found(config),
        }
    }
}

/// What the deployment's settings say, without asking anybody.
fn settings_found(config: &Config) -> Vec<Finding> {
    let key = match &config.stripe {
        None => Finding::new(
            false,
            "Secret key",
            "STRIPE_SECRET_KEY is not set. Copy it from Stripe's dashboard, Developers, API keys, into this deployment's secrets.".to_owned(),
        ),
        Some(_) => Finding::new(true, "Secret key", "STRIPE_SECRET_KEY is set.".to_owned()),
    };
    let secret = match &config.webhook_secrets {
        Ok(_) => Finding::new(
            true,
            "Signing secret",
            "STRIPE_WEBHOOK_SECRET is set.".to_owned(),
        ),
        Err(why) => Finding::new(false, "Signing secret", why.to_string()),
    };
    let mut found = vec![key, secret];
    for finding in &mut found {
        if finding.tone == "ok" {
            finding.label = "Set";
        }
    }
    found
}

/// What the provider says.
fn connection_found(connection: &Connection) -> Vec<Finding> {
    let name = if connection.account.is_empty() {
        "your account".to_owned()
    } else {
        connection.account.clone()
    };
    let account = if connection.charges_enabled {
        Finding::new(
            true,
            "Account",
            format!("Stripe knows the key: {name}. It may take payments."),
        )
    } else {
        Finding::new(
            false,
            "Account",
            format!(
                "Stripe knows the key: {name}. It may not take payments yet; finish your account there."
            ),
        )
    };
    let webhook = match &connection.missing_events {
        None => Finding::new(
            false,
            "Webhook",
            "Stripe has no enabled endpoint with the address below. Add it under Developers, Webhooks. Until then payments are found by looking every ten minutes.".to_owned(),
        ),
        Some(missing) if missing.is_empty() => Finding::new(
            true,
            "Webhook",
            "Stripe tells this portal of everything it needs to know.".to_owned(),
        ),
        Some(missing) => Finding::new(
            false,
            "Webhook",
            format!("Stripe does not tell of some events. Add them to the endpoint: {}.", missing.join(", ")),
        ),
    };
    vec![account, webhook]
}

fn filled(of: &Billing) -> Fields {
    let share = of.part_least.map_or_else(String::new, Rate::plain);
    Fields::filled([
        ("revision", of.revision.to_string()),
        ("pay_online", choices::on(of.pay_online)),
        ("pay_without_account", choices::on(of.pay_without_account)),
        ("parts", choices::on(of.part_least.is_some())),
        ("part_least", share),
        ("pay_by_transfer", choices::on(of.pay_by_transfer)),
        ("account_name", of.account_name.clone()),
        (
            "iban",
            Iban::parse(&of.iban).map_or_else(|_| of.iban.clone(), |iban| iban.to_string()),
        ),
        ("bic", of.bic.clone()),
        ("bank_name", of.bank_name.clone()),
        ("bank_details", of.bank_details.clone()),
    ])
}

/// `GET /admin/settings/payments`
pub(crate) async fn form(staff: Admin<Settings>) -> Answer {
    let form = filled(&staff.page.0);
    page(&Page::new(&staff.app.config, staff.chrome, form))
}

/// `POST /admin/settings/payments/check`: asks the provider, and changes nothing.
pub(crate) async fn check(staff: Admin<Settings>) -> Answer {
    let form = filled(&staff.page.0);
    let config = &staff.app.config;
    let mut shown = Page::new(config, staff.chrome, form);
    if let Some(settings) = &config.stripe {
        match Stripe::new(settings).check(&shown.webhook_url).await {
            Ok(connection) => shown.findings.extend(connection_found(&connection)),
            Err(trouble) => {
                worker::console_warn!("payments check: {trouble}");
                let text = format!(
                    "Stripe did not answer as it should: {trouble}. Check the key, then try again."
                );
                shown.findings.push(Finding::new(false, "Account", text));
            }
        }
    }
    page(&shown)
}

/// `POST /admin/settings/payments`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Admin<Settings>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page.0);
    let ways = read(&mut form);
    let saved = filled(of);
    let changed = form.changed(&saved, &NAMES);
    form.meanwhile(&saved);
    let (Some(ways), false) = (ways, form.has_errors()) else {
        return try_again(&Page::new(&app.config, staff.chrome, form));
    };
    if changed.is_empty() {
        Flash::success(app, "Everything was saved like this already.");
        return see(PATH);
    }
    let me = staff.me();
    let entry = me.entry("payments.changed", changed.join(", "));
    let batch = vec![
        payments::change(&ways, of.revision, app.now),
        entry.append(app.id()?, app.now),
        branding::truth(),
    ];
    let mut results = app.db.batch(batch).await?;
    results.skip()?;
    results.skip()?;
    // Pages for everybody offer a link by mail, or do not.
    let truth: Option<Branding> = results.first()?;
    if let Some(truth) = truth
        && let Err(problem) = app.branding.write(&truth, app.now).await
    {
        worker::console_warn!("payments.changed: the copy waits for the hourly job: {problem}");
    }
    Flash::success(
        app,
        "Your payment settings are saved. Invoices that were sent keep the account that stands on them.",
    );
    see(PATH)
}

const NO_SHARE: &str = "Please enter a percentage from 1 to 99.";

/// The least share, where parts are taken: above nothing, below all. Rates count thousandths of a
/// percent.
fn least(text: &str) -> Result<Rate, &'static str> {
    let rate = Rate::parse("share", text).map_err(|_unreadable| NO_SHARE)?;
    if (1_000..=99_000).contains(&rate.raw()) {
        Ok(rate)
    } else {
        Err(NO_SHARE)
    }
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields) -> Option<Ways> {
    let (pay_online, pay_without_account) = (
        form.checkbox("pay_online"),
        form.checkbox("pay_without_account"),
    );
    let (parts, pay_by_transfer) = (form.checkbox("parts"), form.checkbox("pay_by_transfer"));
    let typed = form.optional("part_least", least);
    if parts && typed == Some(None) {
        form.refuse("part_least", NO_SHARE);
    }
    let part_least = typed.map(|share| share.filter(|_| parts));
    let account_name = form.required("account_name", |text| Line::optional("name", text));
    let iban = form.optional("iban", Iban::parse);
    let bic = form.optional("bic", Bic::parse);
    let bank_name = form.required("bank_name", |text| Line::optional("bank", text));
    let bank_details = form.required("bank_details", |text| Paragraphs::optional("details", text));
    Some(Ways {
        pay_online,
        pay_without_account,
        part_least: part_least?,
        pay_by_transfer,
        account_name: account_name?,
        iban: iban?,
        bic: bic?,
        bank_name: bank_name?,
        bank_details: bank_details?,
    })
}

/// What the audit log calls the fields of the form.
const NAMES: [(&str, &str); 10] = [
    ("pay_online", "paying online"),
    ("pay_without_account", "paying without an account"),
    ("parts", "paying in parts"),
    ("part_least", "least part"),
    ("pay_by_transfer", "bank transfer"),
    ("account_name", "account holder"),
    ("iban", "IBAN"),
    ("bic", "BIC"),
    ("bank_name", "bank"),
    ("bank_details", "bank details"),
];
