//! The page of a document: what it is called, who sees it when, its versions, who took them.

use askama::Template;
use http::StatusCode;

use super::landing::{News, tell, told};
use super::list::would_tell;
use crate::app::App;
use crate::domain::document::{Shown, Window};
use crate::domain::id::{DocumentId, ProjectId, noun::Form};
use crate::domain::text::{Folder, Paragraphs, Title};
use crate::domain::time::{Date, Timestamp};
use crate::domain::upload::{NothingToTell, human_bytes};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPathAndQuery, Load, Me, Staff};
use crate::http::page::{Answer, page as draw, page_with, see, try_again};
use crate::http::paging::{Paging, address};
use crate::http::{Error, Fields, assets};
use crate::store::document::{self, Draft, Version, Whole};
use crate::store::notice::{self, Reader};
use crate::store::project::{self, Choice};
use crate::store::receipt::{self, Receipt};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// A document with its versions, a page of its receipts, and who would be told of it.
pub(crate) struct One {
    pub(super) document: Whole,
    versions: Vec<Version>,
    receipts: Vec<Receipt>,
    pub(super) readers: Vec<Reader>,
    projects: Vec<Choice>,
    previous: String,
    next: String,
}

impl One {
    /// Whether the client sees it.
    pub(super) fn shown(&self, now: Timestamp) -> Shown {
        Shown::decide(self.document.visible, self.document.window(), now)
    }
}

impl Load for One {
    type Args = InPathAndQuery<DocumentId, Paging>;

    fn statements(InPathAndQuery(id, paging): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Whole::by_id(*id),
            document::versions(*id),
            receipt::of_document(*id, paging.cursor()),
            notice::readers_of(*id),
            project::choices_of_document(*id),
        ]
    }

    fn read(
        InPathAndQuery(id, paging): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let document: Option<Whole> = results.first()?;
        let versions = results.rows()?;
        let receipts: Vec<Receipt> = results.rows()?;
        let readers = results.rows()?;
        let projects = results.rows()?;
        let cut = paging.cursor().cut(receipts, |row| row.id);
        let path = format!("/admin/documents/{id}");
        Ok(document.map(|document| Self {
            document,
            versions,
            receipts: cut.rows,
            readers,
            projects,
            previous: address(&path, cut.previous),
            next: address(&path, cut.next),
        }))
    }
}

struct VersionRow {
    number: u64,
    current: bool,
    file_name: String,
    size: String,
    iso: String,
    day: String,
    by: String,
    downloads: u64,
}

struct ReceiptRow {
    who: String,
    iso: String,
    when: String,
    device: String,
    number: u64,
}

/// What another editor saved meanwhile, at one field.
struct Difference {
    label: &'static str,
    theirs: String,
}

#[derive(Template)]
#[template(path = "document/one.html")]
pub(super) struct DocumentPage {
    chrome: Chrome<Me>,
    document: Whole,
    shown: Shown,
    form: Fields,
    differences: Vec<Difference>,
    /// The form of a new version.
    version: Fields,
    form_key: String,
    limit: String,
    would_tell: String,
    projects: Vec<Choice>,
    versions: Vec<VersionRow>,
    receipts: Vec<ReceiptRow>,
    previous: String,
    next: String,
    upload_js: &'static str,
}

impl DocumentPage {
    /// The page as it stands in the database.
    pub(super) fn new(app: &App, chrome: Chrome<Me>, one: One) -> Result<Self, Error> {
        let shown = one.shown(app.now);
        let document = one.document;
        let newest = one.versions.first().map_or(0, |version| version.number);
        let versions = one.versions.into_iter().map(|row| VersionRow {
            current: row.number == newest,
            number: row.number,
            file_name: row.file_name,
            size: human_bytes(row.size),
            iso: row.created_at.iso(),
            day: row.created_at.day(),
            by: row.by,
            downloads: row.downloads,
        });
        let receipts = one.receipts.into_iter().map(|row| ReceiptRow {
            iso: row.at.iso(),
            when: row.at.day_time(),
            who: row.who,
            device: row.device,
            number: row.number,
        });
        Ok(Self {
            chrome,
            shown,
            form: as_saved(&document),
            differences: Vec::new(),
            version: Fields::default(),
            form_key: app.id::<Form>()?.to_string(),
            limit: format!("Up to {}.", document.upload_limit.words()),
            would_tell: would_tell(&one.readers),
            projects: one.projects,
            versions: versions.collect(),
            receipts: receipts.collect(),
            previous: one.previous,
            next: one.next,
            upload_js: assets::upload_js(),
            document,
        })
    }

    /// The page with what was sent of a new version.
    pub(super) fn with_version(mut self, fields: Fields) -> Self {
        if !fields.text("form_key").is_empty() {
            fields.text("form_key").clone_into(&mut self.form_key);
        }
        self.version = fields;
        self
    }

    /// The page with what was typed.
    fn with_form(mut self, form: Fields) -> Self {
        self.form = form;
        self
    }
}

fn as_saved(document: &Whole) -> Fields {
    let window = document.window();
    let visible = if document.visible { "on" } else { "" };
    Fields::filled([
        ("title", document.title.clone()),
        ("folder", document.folder.clone()),
        ("description", document.description.clone()),
        ("visible", visible.to_owned()),
        ("from", window.first_day()),
        ("until", window.last_day()),
        (
            "project",
            document
                .project_id
                .map_or_else(String::new, |id| id.to_string()),
        ),
    ])
}

/// `GET /admin/documents/{id}`
pub(crate) async fn page(staff: Staff<One>) -> Answer {
    draw(&DocumentPage::new(&staff.app, staff.chrome, staff.page)?)
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields, now: Timestamp) -> Option<(Draft, bool)> {
    let title = form.required("title", Title::parse);
    let folder = form.required("folder", Folder::parse);
    let description = form.required("description", |text| {
        Paragraphs::optional("description", text)
    });
    let from = form.optional("from", Date::parse);
    let until = form.optional("until", Date::parse);
    let window = match (from, until) {
        (Some(from), Some(until)) => form.required("until", |_read| Window::of_days(from, until)),
        _ => None,
    };
    let project = form.optional("project", |text| {
        ProjectId::parse(text).map_err(|_odd| "Choose one of the projects.")
    });
    let (visible, notify) = (form.checkbox("visible"), form.checkbox("notify"));
    if let Some(window) = window
        && notify
        && !Shown::decide(visible, window, now).is_now()
    {
        form.refuse("notify", NothingToTell);
    }
    if form.has_errors() {
        return None;
    }
    let draft = Draft {
        title: title?,
        folder: folder?,
        description: description?.map_or_else(String::new, |text| text.as_str().to_owned()),
        visible,
        window: window?,
        project: project?,
    };
    Some((draft, notify))
}

/// `POST /admin/documents/{id}`
///
/// 1. what was typed; 2. nobody else saved meanwhile, or they saved the same; 3. in one batch: the
/// change, its line in the log, the mails.
pub(crate) async fn save(staff: Staff<One>, mut form: Fields) -> Answer {
    let (app, me, document) = (&staff.app, staff.me(), &staff.page.document);
    // 1.
    let revision: Option<i64> = form.text("revision").parse().ok();
    let Some((draft, notify)) = read(&mut form, app.now) else {
        let page = DocumentPage::new(app, staff.chrome, staff.page)?;
        return try_again(&page.with_form(form).keeping(revision));
    };
    let path = format!("/admin/documents/{}", document.id);
    // 2.
    let differences = differences(document, &draft, &staff.page.projects);
    if revision != Some(document.revision) && !differences.is_empty() {
        let mut page = DocumentPage::new(app, staff.chrome, staff.page)?.with_form(form);
        page.differences = differences;
        return page_with(StatusCode::CONFLICT, &page);
    }
    // 3.
    let action = match (document.visible, draft.visible) {
        (false, true) => "document.shown",
        (true, false) => "document.hidden",
        _ => "document.changed",
    };
    let mut batch = vec![
        document::change(document.id, document.revision, &draft, app.now),
        document::note(app.id()?, document.id, action, me.id, &me.address, app.now),
    ];
    if !draft.visible {
        batch.push(notice::withdraw(document.id));
    }
    let readers = &staff.page.readers;
    if notify && !readers.is_empty() {
        let news = if document.visible && staff.page.versions.len() > 1 {
            News::Version(draft.title.as_str())
        } else {
            News::Document(draft.title.as_str())
        };
        batch.push(tell(
            app,
            &staff.chrome.brand,
            readers,
            &[document.id],
            news,
        )?);
    }
    let count = batch.len();
    let mut results = app.db.batch(batch).await?;
    let mut mails = 0;
    for _ in 0..count {
        mails = results.changes()?;
    }
    let said = match (notify, readers.len(), mails) {
        (false, _, _) => SAVED.to_owned(),
        (true, 0, _) => format!("{SAVED} {}", told(0)),
        (true, _, 0) => {
            format!("{SAVED} Everybody was told of this version before, so nobody was told again.")
        }
        (true, _, mails) => format!("{SAVED} {}", told(mails)),
    };
    Flash::success(app, said);
    see(&path)
}

const SAVED: &str = "Your changes are saved.";

impl DocumentPage {
    /// Keeps the revision that the form was opened with, so that its next try is compared too.
    fn keeping(mut self, revision: Option<i64>) -> Self {
        self.document.revision = revision.unwrap_or(0);
        self
    }
}

/// Where what is saved is not what was typed.
fn differences(document: &Whole, draft: &Draft, projects: &[Choice]) -> Vec<Difference> {
    let of = |id: Option<ProjectId>| {
        let found = projects.iter().find(|choice| Some(choice.id) == id);
        found.map_or_else(String::new, |choice| choice.name.clone())
    };
    let window = document.window();
    let day = |moment: Option<Timestamp>, day: String| {
        moment.map_or_else(|| "no day".to_owned(), |_| day)
    };
    let yes = |on| if on { "on" } else { "off" };
    [
        ("Title", document.title.clone(), draft.title.to_string()),
        ("Folder", document.folder.clone(), draft.folder.to_string()),
        (
            "Description",
            document.description.clone(),
            draft.description.clone(),
        ),
        (
            "Visible in Portal",
            yes(document.visible).to_owned(),
            yes(draft.visible).to_owned(),
        ),
        (
            "Visible from",
            day(window.from, window.first_day()),
            day(draft.window.from, draft.window.first_day()),
        ),
        (
            "Visible until",
            day(window.until, window.last_day()),
            day(draft.window.until, draft.window.last_day()),
        ),
        ("Project", of(document.project_id), of(draft.project)),
    ]
    .into_iter()
    .filter(|(_, theirs, ours)| theirs != ours)
    .map(|(label, theirs, _)| Difference {
        label,
        theirs: if theirs.is_empty() {
            "(empty)".to_owned()
        } else {
            theirs
        },
    })
    .collect()
}
