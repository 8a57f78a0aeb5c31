//! Settings → Reminders: on which days around the due date clients are reminded, and with which words.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Admin, Load, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, choices};
use crate::domain::reminder::{Days, FROM_HOUR, GRACE, Plan, StageTone};
use crate::domain::template::Kind;
use crate::domain::time::Timestamp;
use crate::store::billing::{self, Billing};
use crate::store::reminder;
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

const PATH: &str = "/admin/settings/reminders";

/// What is set.
pub(crate) struct Reminders {
    billing: Billing,
    plan: Plan,
}

impl Load for Reminders {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![billing::settings()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let billing: Option<Billing> = results.first()?;
        Ok(billing.map(|billing| Self {
            plan: Plan::parse(&billing.reminders).unwrap_or_default(),
            billing,
        }))
    }
}

#[derive(Template)]
#[template(path = "settings/reminders.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    /// What is set, in words.
    stages: Vec<String>,
    zone: String,
    hour: i64,
    grace: i64,
}

impl Page {
    fn new(chrome: Chrome<Me>, form: Fields, of: &Reminders) -> Self {
        Self {
            chrome,
            form,
            stages: of.plan.stages().map(|stage| stage.to_string()).collect(),
            zone: of.billing.time_zone.clone(),
            hour: FROM_HOUR,
            grace: GRACE,
        }
    }
    /// The wordings: label and address.
    fn wordings() -> [(&'static str, String); 3] {
        StageTone::ALL.map(Kind::of).map(|kind| {
            let path = format!("/admin/settings/templates/{}", kind.as_str());
            (kind.label(), path)
        })
    }
}

impl Reminders {
    fn filled(&self) -> Fields {
        Fields::filled([
            ("revision", self.billing.revision.to_string()),
            ("before", self.plan.before()),
            ("on_due", choices::on(self.plan.on_due())),
            ("after", self.plan.after()),
            (
                "without_portal",
                choices::on(self.billing.remind_without_portal),
            ),
        ])
    }
}

/// `GET /admin/settings/reminders`
pub(crate) async fn form(staff: Admin<Reminders>) -> Answer {
    let form = staff.page.filled();
    page(&Page::new(staff.chrome, form, &staff.page))
}

/// `POST /admin/settings/reminders`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Admin<Reminders>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let before = form.required("before", Days::before);
    let after = form.required("after", Days::after);
    let on_due = form.checkbox("on_due");
    let without_portal = form.checkbox("without_portal");
    let plan = match before.zip(after).map(|(b, a)| Plan::of(&b, on_due, &a)) {
        Some(Ok(plan)) => Some(plan),
        Some(Err(why)) => {
            form.refuse("after", why);
            None
        }
        None => None,
    };
    form.meanwhile(&of.filled());
    let (Some(plan), false) = (plan, form.has_errors()) else {
        return try_again(&Page::new(staff.chrome, form, of));
    };
    if plan == of.plan && without_portal == of.billing.remind_without_portal {
        Flash::success(app, "Everything was saved like this already.");
        return see(PATH);
    }
    let me = staff.me();
    let stages: Vec<String> = plan.stages().map(|stage| stage.to_string()).collect();
    let said = if stages.is_empty() {
        "none".to_owned()
    } else {
        stages.join(", ")
    };
    let entry = me.entry("reminders.changed", said);
    let revision = of.billing.revision;
    let mut batch = Vec::from(reminder::change(&plan, without_portal, revision, app.now));
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    Flash::success(
        app,
        if stages.is_empty() {
            "Reminders are off. You can still remind by hand on each invoice."
        } else {
            "Your reminders are saved. They go out by themselves from the next morning on."
        },
    );
    see(PATH)
}
