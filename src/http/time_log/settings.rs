//! Settings → Time Logs: what clients see of time, and the rate where nothing nearer says one.

use askama::Template;

use super::form::rate;
use crate::domain::money::Currency;
use crate::domain::time::Timestamp;
use crate::domain::time_log::Shown;
use crate::http::choices::{currencies, on};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{Admin, Load, Me};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::billing::{self, Billing};
use crate::store::time_log::{self, Settings};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

const PATH: &str = "/admin/settings/time-logs";

/// What is set.
pub(crate) struct Set {
    settings: Settings,
    billing: Billing,
}

impl Load for Set {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![time_log::settings(), billing::settings()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let settings: Option<Settings> = results.first()?;
        let billing: Option<Billing> = results.first()?;
        Ok(settings
            .zip(billing)
            .map(|(settings, billing)| Self { settings, billing }))
    }
}

impl Set {
    fn filled(&self) -> Fields {
        let of = &self.settings;
        let currency = of.rate_currency.unwrap_or(self.billing.currency);
        let rate = of.hourly_rate.map(|rate| rate.plain(currency));
        Fields::filled([
            ("shown", of.time_shown.as_str().to_owned()),
            ("all", on(of.time_all)),
            ("rate", rate.unwrap_or_default()),
            ("currency", currency.to_string()),
        ])
        .stamped()
    }
}

#[derive(Template)]
#[template(path = "settings/time_logs.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    currencies: Vec<Currency>,
}

fn drawn(chrome: Chrome<Me>, form: Fields) -> Page {
    Page {
        chrome,
        form,
        currencies: currencies(),
    }
}

/// `GET /admin/settings/time-logs`
pub(crate) async fn form(staff: Admin<Set>) -> Answer {
    let form = staff.page.filled();
    page(&drawn(staff.chrome, form))
}

/// `POST /admin/settings/time-logs`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Admin<Set>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let shown = form.required("shown", Shown::parse);
    let all = form.checkbox("all");
    let rate = rate(&mut form, "rate", "currency");
    form.meanwhile(&of.filled());
    let (Some(time_shown), Some(rate), false) = (shown, rate, form.has_errors()) else {
        return try_again(&drawn(staff.chrome, form));
    };
    let new = Settings {
        time_shown,
        time_all: all,
        hourly_rate: rate.map(|(rate, _)| rate),
        rate_currency: rate.map(|(_, currency)| currency),
    };
    let entry = staff
        .me()
        .entry("time.settings_changed", time_shown.label());
    let mut batch = time_log::change_settings(&of.settings, &new, app.now);
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    Flash::success(
        app,
        "Your settings are saved. They hold from the next page on.",
    );
    see(PATH)
}
