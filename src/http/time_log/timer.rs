//! The running timer: a strip on the pages of time, with what stops it.

use crate::domain::id::ClientId;
use crate::domain::text::Line;
use crate::domain::time::Timestamp;
use crate::domain::time_log::{Duration, words};
use crate::http::chrome::Flash;
use crate::http::guard::{Load, Staff};
use crate::http::page::{Answer, see};
use crate::http::{Error, Fields};
use crate::store::billing::{self, Basics};
use crate::store::time_log::Draft;
use crate::store::time_log::timer::{self, Timer};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// The timer as a page shows it.
pub(super) struct Strip {
    /// What it is for.
    pub(super) what: String,
    pub(super) description: String,
    /// "0:47".
    pub(super) time: String,
    pub(super) since: i64,
    pub(super) started: String,
    pub(super) id: String,
}

impl Strip {
    /// Puts a timer in words.
    pub(super) fn of(timer: &Timer, now: Timestamp) -> Self {
        let named = [
            Some(timer.client.clone()),
            timer.project.clone(),
            timer.task.clone(),
        ];
        let named: Vec<String> = named.into_iter().flatten().collect();
        Self {
            what: named.join(" · "),
            description: timer.description.clone(),
            time: Duration::between(now.since(timer.started_at).0).to_string(),
            since: timer.started_at.0,
            started: timer.started_at.day_time(),
            id: timer.id.to_string(),
        }
    }
}

/// The timer of who asks, and the clock of the business.
pub(crate) struct Running {
    timer: Option<Timer>,
    billing: Basics,
}

impl Load for Running {
    type Args = ();
    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        vec![timer::running(asker), billing::basics()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let timer = results.first()?;
        let billing: Option<Basics> = results.first()?;
        Ok(billing.map(|billing| Self { timer, billing }))
    }
}

/// Back to the page that the form stood on.
fn back(form: &Fields) -> Answer {
    match ClientId::parse(form.text("of")) {
        Ok(client) => see(&format!("/admin/clients/{client}/time-logs")),
        Err(_all) => see("/admin/time-logs"),
    }
}

/// The timer that the form means, if it runs still.
fn meant<'a>(staff: &'a Staff<Running>, form: &Fields) -> Option<&'a Timer> {
    let timer = staff.page.timer.as_ref();
    timer.filter(|timer| timer.id.to_string() == form.text("timer"))
}

/// `POST /admin/time-logs/timer/stop`: the entry is made, of the day on which it was started. Stopped
/// twice, it is one entry.
pub(crate) async fn stop(staff: Staff<Running>, mut form: Fields) -> Answer {
    let app = &staff.app;
    let note = form.required("description", |text| Line::<300>::optional("note", text));
    form.sound()?;
    let Some(timer) = meant(&staff, &form) else {
        Flash::error(app, "This timer does not run any more.");
        return back(&form);
    };
    let time = Duration::between(app.now.since(timer.started_at).0);
    let draft = Draft {
        client: timer.client_id,
        project: timer.project_id,
        task: timer.task_id,
        day: staff.page.billing.today(timer.started_at),
        description: note
            .flatten()
            .map_or_else(String::new, |text| text.as_str().to_owned()),
        billable: timer.billable,
        rate: timer.rate.zip(timer.currency),
    };
    let said = words(i64::from(time.minutes()));
    let me = staff.me();
    let entry = me.did("time.logged", timer.client_id, timer.id, said.as_str());
    let mut batch = timer::stop(timer.id, me.id, &draft, time.minutes(), app.now);
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch(batch).await {
        // Pressed twice: the other one did it.
        Ok(_) | Err(store::Error::Conflict(Conflict::Meanwhile | Conflict::Repeat)) => {}
        Err(error) => return Err(error.into()),
    }
    let most = if time.minutes() == Duration::MOST {
        " It ran for more than a day, so please check it."
    } else {
        ""
    };
    Flash::success(app, format!("Logged: {said} for {}.{most}", timer.client));
    back(&form)
}

/// `POST /admin/time-logs/timer/discard`
pub(crate) async fn discard(staff: Staff<Running>, form: Fields) -> Answer {
    let app = &staff.app;
    form.sound()?;
    let Some(timer) = meant(&staff, &form) else {
        Flash::error(app, "This timer does not run any more.");
        return back(&form);
    };
    app.db.run(timer::discard(timer.id, staff.me().id)).await?;
    Flash::success(app, "The timer is discarded. Nothing is logged.");
    back(&form)
}
