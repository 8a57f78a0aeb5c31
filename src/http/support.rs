//! Settings → Support: when tickets are closed, which categories there are, and the saved replies.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Admin, Load, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::domain::id::SavedReplyId;
use crate::domain::text::{Paragraphs, Title};
use crate::domain::ticket::{Categories, CloseDays};
use crate::domain::time::Timestamp;
use crate::store::support::{self, MOST, SavedReply, Support};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

const PATH: &str = "/admin/settings/support";

/// What is set, with the saved replies.
pub(crate) struct Whole {
    support: Support,
    saved: Vec<SavedReply>,
}

impl Load for Whole {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![support::settings(), support::saved()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let support: Option<Support> = results.first()?;
        let saved = results.rows()?;
        Ok(support.map(|support| Self { support, saved }))
    }
}

impl Whole {
    fn filled(&self) -> Fields {
        Fields::filled([
            ("revision", self.support.revision.to_string()),
            ("close_days", self.support.close_days.days().to_string()),
            ("categories", self.support.categories().lines()),
        ])
    }
}

#[derive(Template)]
#[template(path = "settings/support.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    saved: Vec<SavedReply>,
}

/// `GET /admin/settings/support`
pub(crate) async fn form(staff: Admin<Whole>) -> Answer {
    let form = staff.page.filled();
    page(&Page {
        chrome: staff.chrome,
        form,
        saved: staff.page.saved,
    })
}

/// `POST /admin/settings/support`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Admin<Whole>, mut form: Fields) -> Answer {
    let (app, old) = (&staff.app, &staff.page.support);
    let days = form.required("close_days", CloseDays::parse);
    let categories = form.required("categories", Categories::parse);
    if let Some(categories) = &categories {
        form.fill([("categories", categories.lines().as_str())]);
    }
    form.meanwhile(&staff.page.filled());
    let (Some(days), Some(categories), false) = (days, categories, form.has_errors()) else {
        return try_again(&Page {
            chrome: staff.chrome,
            form,
            saved: staff.page.saved,
        });
    };
    if days == old.close_days && categories == old.categories() {
        Flash::success(app, "Everything was saved like this already.");
        return see(PATH);
    }
    let all: Vec<&str> = categories.iter().collect();
    let detail = format!(
        "closed after {} days, categories {}",
        days.days(),
        all.join(", ")
    );
    let entry = staff.me().entry("support.changed", detail);
    let batch = vec![
        support::change(days, &categories, old.revision),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(app, "Your changes are saved.");
    see(PATH)
}

#[derive(Template)]
#[template(path = "settings/saved_reply.html")]
struct ReplyPage {
    chrome: Chrome<Me>,
    form: Fields,
    /// The one that is there; none of a new one.
    id: Option<SavedReplyId>,
}

impl ReplyPage {
    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("{PATH}/replies/{id}"),
            None => format!("{PATH}/replies/new"),
        }
    }
}

fn read(form: &mut Fields) -> Option<(Title, Paragraphs)> {
    let name = form.required("name", |text| {
        Title::parse(text).map_err(|why| why.to_string().replace("title", "name"))
    });
    let body = form.required("body", |text| Paragraphs::parse("text", text));
    name.zip(body).filter(|_| !form.has_errors())
}

/// `GET /admin/settings/support/replies/new`
pub(crate) async fn new_reply(staff: Admin) -> Answer {
    let form = Fields::fresh(&staff.app)?;
    page(&ReplyPage {
        chrome: staff.chrome,
        form,
        id: None,
    })
}

/// `POST /admin/settings/support/replies/new`
pub(crate) async fn create_reply(staff: Admin<Whole>, mut form: Fields) -> Answer {
    let app = &staff.app;
    let said = read(&mut form);
    if staff.page.saved.len() >= MOST {
        form.refuse(
            "name",
            format!("There are {MOST} saved replies already. Please delete one first."),
        );
    }
    let (Some((name, body)), false) = (said, form.has_errors()) else {
        return try_again(&ReplyPage {
            chrome: staff.chrome,
            form,
            id: None,
        });
    };
    let id: SavedReplyId = form.names(app, staff.me().id, "saved reply")?;
    let entry = staff.me().entry("saved_reply.created", name.as_str());
    let batch = vec![
        support::save(id, &name, &body),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch_once(batch).await?;
    Flash::success(
        app,
        format!("“{name}” is saved. It can be inserted into any answer."),
    );
    see(PATH)
}

fn filled(of: &SavedReply) -> Fields {
    Fields::filled([
        ("revision", of.revision.to_string()),
        ("name", of.name.clone()),
        ("body", of.body.clone()),
    ])
}

/// `GET /admin/settings/support/replies/{id}`
pub(crate) async fn reply(staff: Admin<SavedReply>) -> Answer {
    let form = filled(&staff.page);
    page(&ReplyPage {
        chrome: staff.chrome,
        form,
        id: Some(staff.page.id),
    })
}

/// `POST /admin/settings/support/replies/{id}`: refused whole where somebody was quicker.
pub(crate) async fn save_reply(staff: Admin<SavedReply>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let said = read(&mut form);
    form.meanwhile(&filled(of));
    let (Some((name, body)), false) = (said, form.has_errors()) else {
        return try_again(&ReplyPage {
            chrome: staff.chrome,
            form,
            id: Some(staff.page.id),
        });
    };
    let entry = staff.me().entry("saved_reply.changed", name.as_str());
    let batch = vec![
        support::rewrite(of, &name, &body),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(app, format!("“{name}” is saved."));
    see(PATH)
}

/// `POST /admin/settings/support/replies/{id}/delete`
pub(crate) async fn forget_reply(staff: Admin<SavedReply>, form: Fields) -> Answer {
    form.sound()?;
    let (app, of) = (&staff.app, &staff.page);
    let entry = staff.me().entry("saved_reply.deleted", of.name.as_str());
    let batch = vec![support::forget(of.id), entry.append(app.id()?, app.now)];
    app.db.batch(batch).await?;
    Flash::success(
        app,
        format!("“{}” is deleted. Answers that were sent stay.", of.name),
    );
    see(PATH)
}
