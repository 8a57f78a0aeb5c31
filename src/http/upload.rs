//! Files that our script sends in parts: each part goes from the browser into R2 as a stream.
//!
//! An upload is a row before it is anything else. A part may arrive twice: the last one counts. The
//! document comes to be with the row's end, in one batch, so it is never half there, and completing
//! again answers with the same document.

pub(crate) mod sent;

use axum::response::IntoResponse as _;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::chrome::Flash;
use super::document::landing::{File, Place, Sender, land, told};
use super::guard::{InPath, InPathAndQuery, Load, Me, Staff};
use super::page::{Answer, json};
use super::{Error, Incoming, Json, Reason};
use crate::app::App;
use crate::domain::document::Shown;
use crate::domain::filename::FileName;
use crate::domain::form_key::FormKey;
use crate::domain::id::{ClientId, DocumentId, UploadId};
use crate::domain::text::{Folder, Title};
use crate::domain::time::Timestamp;
use crate::domain::upload::{NothingToTell, Plan, UploadRefused, Wishes};
use crate::store::notice::{self, Reader};
use crate::store::upload::{self, Going, Made, Upload};
use crate::store::viewer::Asker;
use crate::store::{self, Part, PartError, Results, Source, Statement, document};

/// The client that gets the file.
pub(crate) struct Owner(ClientId, document::Owner);

impl Load for Owner {
    type Args = InPath<ClientId>;
    fn statements(InPath(client): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![document::owner(*client)]
    }
    fn read(
        InPath(client): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(|owner| Self(client, owner)))
    }
}

/// An upload of one's own.
pub(crate) struct One(Going);

impl Load for One {
    type Args = InPath<UploadId>;
    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![upload::going(*id, asker.session)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

/// A part of an upload of one's own.
pub(crate) struct OnePart(Going, u64);

impl Load for OnePart {
    type Args = InPath<(UploadId, u64)>;
    fn statements(InPath((id, _number)): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![upload::going(*id, asker.session)]
    }
    fn read(
        InPath((_id, number)): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(|going| Self(going, number)))
    }
}

/// An upload of one's own with the parts that are there.
pub(crate) struct Whole(Going, Vec<Part>);

impl Load for Whole {
    type Args = InPath<UploadId>;
    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![upload::going(*id, asker.session), upload::parts(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let going = results.first()?;
        let parts = results.rows()?;
        Ok(going.map(|going| Self(going, parts)))
    }
}

/// An upload of one's own that is to be completed, or was.
pub(crate) enum Ending {
    Going(Box<Going>, Vec<Part>, Vec<Reader>, u16),
    Made(Made),
}

/// How many files are sent together; the last one to be completed says so.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Together {
    #[serde(default)]
    of: u16,
}

impl Load for Ending {
    type Args = InPathAndQuery<UploadId, Together>;
    fn statements(InPathAndQuery(id, _together): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            upload::going(*id, asker.session),
            upload::parts(*id),
            notice::readers_of_upload(*id),
            upload::made_by(id.version(), asker.session),
        ]
    }
    fn read(
        InPathAndQuery(_id, together): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let going: Option<Going> = results.first()?;
        let parts = results.rows()?;
        let readers = results.rows()?;
        let made = results.first()?;
        Ok(match going {
            Some(going) => Some(Self::Going(Box::new(going), parts, readers, together.of)),
            None => made.map(Self::Made),
        })
    }
}

/// What the script says of a file that becomes a document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    file_name: String,
    /// Bytes.
    size: u64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    folder: String,
    #[serde(default)]
    visible: bool,
    #[serde(default)]
    notify: bool,
    /// What several files of one form have in common.
    #[serde(default)]
    group: Option<FormKey>,
}

/// What the script says of a file that becomes a version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedVersion {
    file_name: String,
    /// Bytes.
    size: u64,
    #[serde(default)]
    notify: bool,
}

/// What the script needs for sending the parts.
#[derive(Serialize)]
struct State {
    id: UploadId,
    part_size: u64,
    /// Numbers of the parts that are there.
    parts: Vec<u16>,
}

fn refused(why: impl std::fmt::Display) -> Error {
    Reason::Unprocessable(why.to_string()).into()
}

/// A key that nobody can guess: 128 random bits, in hex.
fn key(app: &App) -> Result<String, Error> {
    let random = u128::from_be_bytes(app.random()?);
    Ok(format!("doc/{random:032x}"))
}

/// `POST /admin/clients/{id}/uploads`
pub(crate) async fn create(staff: Staff<Owner>, Json(wanted): Json<Wanted>) -> Answer {
    let Owner(client, owner) = &staff.page;
    if owner.archived {
        return Err(refused(ARCHIVED));
    }
    let title = match wanted.title.trim() {
        "" => None,
        title => Some(Title::parse(title).map_err(refused)?),
    };
    if wanted.notify && !wanted.visible {
        return Err(refused(NothingToTell));
    }
    let wishes = Wishes {
        title,
        folder: Folder::parse(&wanted.folder).map_err(refused)?,
        visible: wanted.visible,
        notify: wanted.notify,
        group: wanted.group.map(|group| group.to_string()),
    };
    let plan = Plan::new(wanted.size, owner.upload_limit).map_err(refused)?;
    let file = (FileName::clean(&wanted.file_name), plan);
    begin(&staff.app, staff.me(), (*client, None), file, &wishes).await
}

/// `POST /admin/documents/{id}/uploads`
pub(crate) async fn create_version(
    staff: Staff<document::Whole>,
    Json(wanted): Json<WantedVersion>,
) -> Answer {
    let document = &staff.page;
    if document.archived {
        return Err(refused(ARCHIVED));
    }
    let shown = Shown::decide(document.visible, document.window(), staff.app.now);
    if wanted.notify && !shown.is_now() {
        return Err(refused(NothingToTell));
    }
    // Its title is only for those who are told.
    let wishes = Wishes {
        title: Title::parse(&document.title).ok(),
        notify: wanted.notify,
        ..Wishes::default()
    };
    let plan = Plan::new(wanted.size, document.upload_limit).map_err(refused)?;
    let file = (FileName::clean(&wanted.file_name), plan);
    let whose = (document.client_id, Some(document.id));
    begin(&staff.app, staff.me(), whose, file, &wishes).await
}

/// 1. R2's upload; 2. the row.
async fn begin(
    app: &App,
    me: &Me,
    whose: (ClientId, Option<DocumentId>),
    file: (FileName, Plan),
    wishes: &Wishes,
) -> Answer {
    // 1.
    let upload = prepare(app, whose, file, wishes).await?;
    // 2.
    app.db.run(upload::begin(&upload, me.id, app.now)).await?;
    begun(&upload)
}

/// An upload whose parts R2 waits for.
async fn prepare(
    app: &App,
    (client, document): (ClientId, Option<DocumentId>),
    (file_name, plan): (FileName, Plan),
    wishes: &Wishes,
) -> Result<Upload, Error> {
    let blob = key(app)?;
    let kind = file_name.content_type();
    let multipart = app.blobs.begin_parts(&blob, kind).await?;
    Ok(Upload {
        id: app.id()?,
        client,
        document,
        blob,
        multipart: Some(multipart),
        file_name,
        size: plan.size(),
        part_size: plan.part_size(),
        wishes: serde_json::to_string(wishes)?,
    })
}

/// What is answered to who began it.
fn begun(upload: &Upload) -> Answer {
    let state = State {
        id: upload.id,
        part_size: upload.part_size,
        parts: Vec::new(),
    };
    json(StatusCode::CREATED, &state)
}

/// What is said where files are sent for a client that is archived.
pub(super) const ARCHIVED: &str = "This client is archived. Restore the client first, then upload.";

/// `PUT /admin/uploads/{id}/parts/{n}`
pub(crate) async fn part(staff: Staff<OnePart>, incoming: Incoming) -> Answer {
    let OnePart(going, number) = &staff.page;
    take(&staff.app, going, *number, incoming).await
}

/// 1. the part is one of the plan, and as long as planned; 2. into R2; 3. its row.
async fn take(app: &App, going: &Going, number: u64, incoming: Incoming) -> Answer {
    // 1.
    let plan = plan(going)?;
    let length = incoming.length.ok_or(Reason::LengthRequired)?;
    plan.check(number, length).map_err(refused)?;
    let number = u16::try_from(number).map_err(|_huge| refused(UploadRefused::UnknownPart))?;
    // 2.
    let source = Source::Stream(incoming.raw()?);
    let (blob, multipart) = (&going.blob, &going.multipart_id);
    let part = match app.blobs.put_part(blob, multipart, number, source).await {
        Ok(part) => part,
        Err(PartError::Over) => return Err(Reason::NotFound.into()),
        Err(other) => return Err(store::Error::from(other).into()),
    };
    // 3.
    app.db
        .batch(vec![
            upload::part(going.id, number, &part.etag, length),
            upload::touch(going.id, app.now),
        ])
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn plan(going: &Going) -> Result<Plan, Error> {
    Plan::resumed(going.size, going.part_size).ok_or_else(|| Error::internal("an unplanned upload"))
}

/// `GET /admin/uploads/{id}`
pub(crate) async fn state(staff: Staff<Whole>) -> Answer {
    let Whole(going, parts) = staff.page;
    there(&going, &parts)
}

/// How far an upload is.
fn there(going: &Going, parts: &[Part]) -> Answer {
    let state = State {
        id: going.id,
        part_size: going.part_size,
        parts: parts.iter().map(|part| part.number).collect(),
    };
    json(StatusCode::OK, &state)
}

/// `DELETE /admin/uploads/{id}`: the sweep takes what is there out of R2.
pub(crate) async fn give_up(staff: Staff<One>) -> Answer {
    let (app, One(going)) = (&staff.app, &staff.page);
    app.db.batch(upload::end(going.id, app.now).into()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Serialize)]
struct Done {
    /// Where the person goes on.
    location: String,
}

/// `POST /admin/uploads/{id}/complete`
///
/// 1. all parts are there; 2. R2 joins them; 3. the document takes the row's place.
pub(crate) async fn complete(staff: Staff<Ending>) -> Answer {
    let app = &staff.app;
    let (going, parts, readers, together) = match &staff.page {
        Ending::Going(going, parts, readers, together) => (going, parts, readers, *together),
        Ending::Made(made) => return done(made),
    };
    if going.archived {
        return Err(refused(ARCHIVED));
    }
    // 1. and 2.
    let file = whole(app, going, parts).await?;
    // 3.
    let wishes: Wishes = serde_json::from_str(&going.fields)?;
    let title = wishes.title.as_ref().map(ToString::to_string);
    let place = Place {
        client: going.client_id,
        document: going
            .document_id
            .map(|document| (document, title.unwrap_or_default())),
        upload: Some(going.id),
    };
    let (made, _full) = land(
        app,
        Sender::Staff(&staff.chrome),
        readers,
        &place,
        &[file],
        &wishes,
    )
    .await?;
    let made = made.into_iter().next().ok_or(Reason::NotFound)?;
    let mut text = match (together, place.document) {
        (_, Some(_)) => format!("“{}” has a new version.", made.title),
        (0 | 1, None) => format!("“{}” is uploaded.", made.title),
        (many, None) => format!("{many} documents are uploaded."),
    };
    if wishes.notify {
        text = format!("{text} {}", told(readers.len() as u64));
    }
    Flash::success(app, text);
    done(&made)
}

/// The file of which all parts are there, joined.
async fn whole(app: &App, going: &Going, parts: &[Part]) -> Result<File, Error> {
    let (planned, there) = (plan(going)?.parts(), parts.len() as u64);
    if there != planned {
        return Err(refused(format!(
            "{} of {planned} parts are missing. Please send them first.",
            planned.saturating_sub(there)
        )));
    }
    let etag = join(app, going, parts.to_vec()).await?;
    Ok(File {
        version: going.id.version(),
        name: going.file_name.clone(),
        blob: going.blob.clone(),
        etag,
        size: going.size,
        number: 1,
    })
}

/// Where the person goes on: the list, or the document that got a version.
fn done(made: &Made) -> Answer {
    let location = if made.number > 1 {
        format!("/admin/documents/{}", made.document_id)
    } else {
        format!("/admin/clients/{}/documents", made.client_id)
    };
    json(StatusCode::OK, &Done { location })
}

/// Joins the parts and gives the object's tag. An upload that is over was joined by a request
/// whose answer got lost, if the object is there.
async fn join(app: &App, going: &Going, parts: Vec<Part>) -> Result<String, Error> {
    let (blob, multipart) = (&going.blob, &going.multipart_id);
    match app.blobs.complete_parts(blob, multipart, parts).await {
        Ok(etag) => Ok(etag),
        Err(PartError::Over) => match app.blobs.there(blob).await? {
            Some((etag, size)) if size == going.size => Ok(etag),
            _ => {
                app.db.batch(upload::end(going.id, app.now).into()).await?;
                Err(refused(
                    "This upload is too old. Please send the file again.",
                ))
            }
        },
        Err(PartError::Unfit) => {
            app.db.run(upload::forget_parts(going.id)).await?;
            Err(refused(
                "The parts do not fit together. Please send the file again.",
            ))
        }
        Err(PartError::Failed(error)) => Err(error.into()),
    }
}
