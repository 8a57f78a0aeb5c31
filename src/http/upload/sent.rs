//! The same for files that a client sends: in parts, so that a phone on a bad line goes on where it stopped. Whoever
//! may no longer send files finds nothing of it any more.

use axum::response::IntoResponse as _;
use http::StatusCode;
use serde::Deserialize;

use super::{Done, Together, begun, prepare, refused, take, there, whole};
use crate::app::App;
use crate::domain::allowance::{Full, Kind, Used};
use crate::domain::filename::FileName;
use crate::domain::form_key::FormKey;
use crate::domain::id::UploadId;
use crate::domain::time::Timestamp;
use crate::domain::upload::{Plan, Wishes};
use crate::http::chrome::Flash;
use crate::http::document::landing::{Place, Sender, land};
use crate::http::guard::{InPath, InPathAndQuery, Load, Sending, Viewer};
use crate::http::page::{Answer, json};
use crate::http::{Error, Incoming, Json, Reason};
use crate::store::allowance::{self, Taken};
use crate::store::ticket::mail::{self, Candidate};
use crate::store::upload::{self, Going, Limit, Made, Upload};
use crate::store::viewer::Asker;
use crate::store::{Part, Results, Statement};

/// What may be sent.
pub(crate) struct May(Limit);

impl Load for May {
    type Args = ();
    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        vec![upload::limit_sent(asker)]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

/// A part of an upload of one's own.
pub(crate) struct OnePart(Going, u64);

impl Load for OnePart {
    type Args = InPath<(UploadId, u64)>;
    fn statements(InPath((id, _number)): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![upload::going_sent(asker, *id)]
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
pub(crate) struct Mine(Going, Vec<Part>);

impl Load for Mine {
    type Args = InPath<UploadId>;
    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![upload::going_sent(asker, *id), upload::parts(*id)]
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
    Going(Box<Going>, Vec<Part>, Vec<Candidate>, u16),
    Made,
}

impl Load for Ending {
    type Args = InPathAndQuery<UploadId, Together>;
    fn statements(InPathAndQuery(id, _together): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            upload::going_sent(asker, *id),
            upload::parts(*id),
            mail::staff(),
            upload::made_sent(asker, id.version()),
        ]
    }
    fn read(
        InPathAndQuery(_id, together): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let going: Option<Going> = results.first()?;
        let parts = results.rows()?;
        let staff = results.rows()?;
        let made: Option<Made> = results.first()?;
        Ok(match going {
            Some(going) => Some(Self::Going(Box::new(going), parts, staff, together.of)),
            None => made.map(|_made| Self::Made),
        })
    }
}

/// What the script says of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    file_name: String,
    /// Bytes.
    size: u64,
    /// What several files of one form have in common.
    #[serde(default)]
    group: Option<FormKey>,
}

/// `POST /uploads`
///
/// 1. R2's upload; 2. the row, where the person may still send files, and has not sent too many.
pub(crate) async fn create(viewer: Viewer<Sending, May>, Json(wanted): Json<Wanted>) -> Answer {
    let (app, May(limit)) = (&viewer.app, &viewer.page);
    let plan = Plan::new(wanted.size, limit.upload_limit).map_err(refused)?;
    let file = (FileName::clean(&wanted.file_name), plan);
    let wishes = Wishes {
        // Staff are told of several files once.
        notify: wanted.group.is_some(),
        group: wanted.group.map(|group| group.to_string()),
        ..Wishes::default()
    };
    // 1.
    let upload = prepare(app, (viewer.me().client, None), file, &wishes).await?;
    // 2.
    let asker = viewer.asker();
    let amounts = [(Kind::Files, 1), (Kind::Bytes, upload.size)];
    let batch = vec![
        allowance::take(&asker, (Taken::Upload, upload.id), &amounts)?,
        upload::begin_sent(&asker, &upload),
        allowance::used(&asker),
    ];
    let mut results = app.db.batch(batch).await?;
    let counted = results.changes()? > 0;
    results.skip()?;
    let used: Vec<Used> = results.rows()?;
    if !counted && let Some(full) = Full::of_all(amounts, &used, app.now) {
        give_back(app, &upload).await;
        return Err(Reason::Full(full).into());
    }
    begun(&upload)
}

/// R2's upload of what is not taken; where that fails too, R2 gives it up by itself after a week.
async fn give_back(app: &App, upload: &Upload) {
    if let Some(multipart) = &upload.multipart
        && let Err(error) = app.blobs.abort_parts(&upload.blob, multipart).await
    {
        worker::console_warn!("giving an upload up: {error}");
    }
}

/// `PUT /uploads/{id}/parts/{n}`
pub(crate) async fn part(viewer: Viewer<Sending, OnePart>, incoming: Incoming) -> Answer {
    let OnePart(going, number) = &viewer.page;
    take(&viewer.app, going, *number, incoming).await
}

/// `GET /uploads/{id}`
pub(crate) async fn state(viewer: Viewer<Sending, Mine>) -> Answer {
    let Mine(going, parts) = viewer.page;
    there(&going, &parts)
}

/// `DELETE /uploads/{id}`: the sweep takes what is there out of R2.
pub(crate) async fn give_up(viewer: Viewer<Sending, Mine>) -> Answer {
    let (app, Mine(going, _parts)) = (&viewer.app, &viewer.page);
    app.db.batch(upload::end(going.id, app.now).into()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /uploads/{id}/complete`
///
/// 1. all parts are there, and R2 joins them; 2. the document takes the row's place, and staff are told.
pub(crate) async fn complete(viewer: Viewer<Sending, Ending>) -> Answer {
    let (app, asker) = (&viewer.app, viewer.asker());
    let (going, parts, staff, together) = match &viewer.page {
        Ending::Going(going, parts, staff, together) => (going, parts, staff, *together),
        Ending::Made => return done(),
    };
    // 1.
    let file = whole(app, going, parts).await?;
    // 2.
    let wishes: Wishes = serde_json::from_str(&going.fields)?;
    let place = Place {
        client: going.client_id,
        document: None,
        upload: Some(going.id),
    };
    let sender = Sender::Client(&viewer.chrome, asker, staff);
    let (made, _full) = land(app, sender, &[], &place, &[file], &wishes).await?;
    let made = made.into_iter().next().ok_or(Reason::NotFound)?;
    Flash::success(
        app,
        match together {
            0 | 1 => format!("“{}” is sent. Thank you.", made.title),
            many => format!("{many} files are sent. Thank you."),
        },
    );
    done()
}

fn done() -> Answer {
    let location = "/documents".to_owned();
    json(StatusCode::OK, &Done { location })
}
