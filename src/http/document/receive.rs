//! Files as they arrive in a form: each goes to R2 while it is read and becomes a document or a
//! version of one.
//!
//! At most two parts of a file are in memory. A file of one part is written at once, a longer one
//! through R2's upload in parts. The text fields stand before the files in our form, so they are
//! known when the first file begins. What the stores do not take is told by its name, and the
//! other files go on. The same form sent again after a lost reply makes nothing twice: the id of
//! a version is derived from the form's own name and from what is sent.

use futures_util::StreamExt as _;
use http::request::Parts;
use multer::{Field, Multipart};

use super::landing::{File, land};
use super::reader::Reader;
use crate::app::App;
use crate::domain::filename::FileName;
use crate::domain::form_key::FormKey;
use crate::domain::id::{ClientId, DocumentId, UploadId, VersionId};
use crate::domain::settings::UploadLimit;
use crate::domain::text::{Folder, Title};
use crate::domain::upload::{NothingToTell, UploadRefused, Wishes};
use crate::http::chrome::Chrome;
use crate::http::guard::{FromAddress, InPath, InPathAndQuery, Me};
use crate::http::paging::Paging;
use crate::http::upload::key;
use crate::http::{Error, Fields, Incoming};
use crate::store::notice::Reader as Told;
use crate::store::upload::{self, Upload};
use crate::store::{self, Source};

/// Bytes that are kept of a text field; far above its limit, which is told at the field.
const TEXT: usize = 64 << 10;
/// The text fields of the forms. Others are not kept.
const TEXTS: [&str; 5] = ["form_key", "title", "folder", "visible", "notify"];

/// Whose page the form is on, and the place of its first file.
#[derive(Debug, Clone)]
pub(crate) struct Receiving<T> {
    pub(super) of: T,
    pub(super) upload: UploadId,
    pub(super) blob: String,
}

impl<T: Copy> Receiving<T> {
    /// What the page itself is asked with.
    pub(super) fn page(&self) -> InPathAndQuery<T, Paging> {
        InPathAndQuery(self.of, Paging::default())
    }
}

impl<T: serde::de::DeserializeOwned + Send> FromAddress for Receiving<T> {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPath(of) = InPath::from_address(parts).await?;
        let app = parts.extensions.get::<App>();
        let app = app.ok_or_else(|| Error::internal("the request came without its parts"))?;
        Ok(Self {
            of,
            upload: app.id()?,
            blob: key(app)?,
        })
    }
}

/// Where the files go.
pub(super) struct Target<'a> {
    pub(super) app: &'a App,
    pub(super) chrome: &'a Chrome<Me>,
    pub(super) client: ClientId,
    /// The document that gets a version, with its title; `None`: each file is a new one.
    pub(super) document: Option<(DocumentId, String)>,
    /// Whether the client sees that document now.
    pub(super) shown: bool,
    pub(super) limit: UploadLimit,
    pub(super) readers: &'a [Told],
    /// The place of the first file.
    pub(super) first: (UploadId, String),
}

/// What became of a form.
#[derive(Default)]
pub(super) struct Sent {
    /// The text fields.
    pub(super) fields: Fields,
    /// Titles of the new documents.
    pub(super) saved: Vec<String>,
    /// A sentence for each file that was not taken.
    pub(super) refused: Vec<String>,
    /// Names of files that a store did not take.
    pub(super) failed: Vec<String>,
    /// Whether the client was to be told.
    pub(super) notify: bool,
}

/// What is wished for all files of a form.
fn read(fields: &mut Fields, target: &Target<'_>) -> Option<Wishes> {
    let title = fields.optional("title", Title::parse);
    let folder = fields.required("folder", Folder::parse);
    let (visible, notify) = (fields.ticked("visible"), fields.ticked("notify"));
    let seen = match target.document {
        Some(_) => target.shown,
        None => visible,
    };
    if notify && !seen {
        fields.refuse("notify", NothingToTell);
    }
    if fields.has_errors() {
        return None;
    }
    Some(Wishes {
        title: title?,
        folder: folder?,
        visible,
        notify,
        group: None,
    })
}

/// Reads a form of files to its end. A file lands once it is known whether another one follows, for
/// the client is told of several together.
pub(super) async fn receive(target: Target<'_>, incoming: &Incoming) -> Result<Sent, Error> {
    let boundary = multer::parse_boundary(&incoming.content_type)
        .map_err(|_other| Error::bad_request("Please send this from the form on the page."))?;
    let chunks = incoming.chunks()?;
    let chunks =
        chunks.map(|chunk| chunk.map_err(|error| std::io::Error::other(error.to_string())));
    let mut parts = Multipart::new(chunks, boundary);
    let mut sent = Sent::default();
    let mut wishes = None;
    let mut place = Some(target.first.clone());
    let mut ready: Option<File> = None;
    while let Some(field) = parts.next_field().await.map_err(|e| Error::bad_body(&e))? {
        let Some(raw) = field.file_name().map(str::to_owned) else {
            let name = field.name().unwrap_or_default().to_owned();
            if TEXTS.contains(&name.as_str()) {
                let text = text(field).await?;
                sent.fields.add(name, text);
            }
            continue;
        };
        if wishes.is_none() {
            wishes = read(&mut sent.fields, &target);
        }
        // What is wrong with a text field is wrong for every file; they are passed over.
        let Some(wishes) = &mut wishes else { continue };
        sent.notify = wishes.notify;
        let name = FileName::clean(&raw);
        if target.document.is_some() && (ready.is_some() || !sent.saved.is_empty()) {
            let why = format!("{name} was not taken: one file is the new version.");
            sent.refused.push(why);
            continue;
        }
        if let Some(file) = ready.take() {
            wishes.group.get_or_insert_with(|| file.upload.to_string());
            let landed = land_one(&target, &file, wishes).await;
            sent.note(&file.name, landed)?;
        }
        let file = One {
            bytes: Reader::new(field, target.limit),
            named: !raw.is_empty(),
            name: &name,
            number: sent.saved.len() + 1,
            form: FormKey::parse(sent.fields.text("form_key")).ok(),
        };
        match store(&target, file, wishes, &mut place).await {
            Ok(Put::Stored(file)) => ready = Some(file),
            Ok(Put::Not(outcome)) => sent.note(&name, Ok(outcome))?,
            Err(error) => sent.note(&name, Err(error))?,
        }
    }
    if let (Some(file), Some(wishes)) = (ready, &wishes) {
        let landed = land_one(&target, &file, wishes).await;
        sent.note(&file.name, landed)?;
    }
    finish(&target, place, &mut sent).await?;
    Ok(sent)
}

impl Sent {
    /// Notes what became of a file. What a store did not take is told by the file's name.
    fn note(&mut self, name: &FileName, outcome: Result<Outcome, Error>) -> Result<(), Error> {
        match outcome {
            Ok(Outcome::Saved(title)) => self.saved.push(title),
            Ok(Outcome::Refused(sentence)) => self.refused.push(sentence),
            Ok(Outcome::Nothing) => {}
            Err(Error::Unavailable(cause)) => {
                worker::console_error!("receiving {name}: {cause}");
                self.failed.push(name.to_string());
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }
}

/// Gives an unused place back, and says what is wrong where nothing arrived.
async fn finish(
    target: &Target<'_>,
    place: Option<(UploadId, String)>,
    sent: &mut Sent,
) -> Result<(), Error> {
    if let Some((unused, _blob)) = place {
        let end = upload::end(unused, target.app.now).into();
        target.app.db.batch(end).await?;
    }
    if sent.saved.is_empty() && sent.failed.is_empty() {
        if !sent.refused.is_empty() {
            sent.fields.refuse("file", sent.refused.join(" "));
        } else if !sent.fields.has_errors() {
            sent.fields.refuse("file", "Please choose a file.");
        }
    }
    Ok(())
}

/// A text field, cut where nothing of it could be taken anyway.
async fn text(mut field: Field<'static>) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|e| Error::bad_body(&e))? {
        let room = TEXT.saturating_sub(text.len());
        text.extend(chunk.iter().take(room));
    }
    if text.len() == TEXT {
        // Not in the middle of a character, which would make it no text at all.
        while text.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
    }
    Ok(text)
}

/// A file of the form.
struct One<'a> {
    bytes: Reader,
    /// Whether it has a name. Browsers send an empty file without one where none was chosen.
    named: bool,
    name: &'a FileName,
    number: usize,
    /// The form's own name.
    form: Option<FormKey>,
}

enum Outcome {
    Saved(String),
    Refused(String),
    /// No file was chosen.
    Nothing,
}

/// A file that is in R2, or not.
enum Put {
    Stored(File),
    Not(Outcome),
}

/// 1. the first part, and whether there is anything; 2. the upload's row; 3. the bytes into R2.
async fn store(
    target: &Target<'_>,
    mut file: One<'_>,
    wishes: &Wishes,
    place: &mut Option<(UploadId, String)>,
) -> Result<Put, Error> {
    let (app, name) = (target.app, file.name);
    // 1.
    let Some(first) = file.bytes.part().await? else {
        return Ok(Put::Not(too_large(target, name)));
    };
    if first.is_empty() {
        return Ok(Put::Not(if file.named {
            Outcome::Refused(format!("{name}: {}", UploadRefused::Empty))
        } else {
            Outcome::Nothing
        }));
    }
    // 2.
    let (id, blob) = match place.take() {
        Some(reserved) => reserved,
        None => begin(target, name).await?,
    };
    // 3.
    let etag = if file.bytes.done() {
        let put = app
            .blobs
            .put(&blob, name.content_type(), Source::Bytes(first));
        put.await.map(Some).map_err(Error::from)
    } else {
        in_parts(app, id, &blob, first, &mut file).await
    };
    let etag = match etag {
        Ok(Some(etag)) => etag,
        nothing => {
            let ended = app.db.batch(upload::end(id, app.now).into()).await;
            // Where this fails too, the sweep does it after a day.
            if let Err(error) = ended {
                worker::console_warn!("ending an upload: {error}");
            }
            return nothing.map(|_| Put::Not(too_large(target, name)));
        }
    };
    Ok(Put::Stored(File {
        upload: id,
        version: version(target, &file, wishes, id)?,
        of: target.document.clone(),
        name: name.clone(),
        blob,
        etag,
        size: file.bytes.size(),
        number: file.number,
    }))
}

/// The document in the place of the upload's row.
async fn land_one(target: &Target<'_>, file: &File, wishes: &Wishes) -> Result<Outcome, Error> {
    let (readers, name) = (target.readers, &file.name);
    let made = land(target.app, target.chrome, readers, file, wishes).await?;
    Ok(match made {
        Some(made) if !made.deleted => Outcome::Saved(made.title),
        Some(made) => Outcome::Refused(format!(
            "{name} was sent with this form before, and “{}” was deleted since. Please open the page anew and choose it again.",
            made.title
        )),
        None => Outcome::Refused(format!(
            "{name} was not taken: this client was archived, or the document deleted, a moment ago."
        )),
    })
}

fn too_large(target: &Target<'_>, name: &FileName) -> Outcome {
    let limit = target.limit.words();
    Outcome::Refused(format!(
        "{name} was not taken: it is larger than {limit}. An owner or admin can raise the limit in Settings."
    ))
}

/// The row of a file that is not the first of its form.
async fn begin(target: &Target<'_>, name: &FileName) -> Result<(UploadId, String), Error> {
    let app = target.app;
    let upload = Upload {
        id: app.id()?,
        client: target.client,
        document: target.document.as_ref().map(|(id, _title)| *id),
        blob: key(app)?,
        multipart: None,
        file_name: name.clone(),
        size: 0,
        part_size: 0,
        wishes: "{}".to_owned(),
        by: target.chrome.me.id,
    };
    app.db.run(upload::begin(&upload, app.now)).await?;
    Ok((upload.id, upload.blob))
}

/// The id of the version: the same for the same file sent again with the same form.
fn version(
    target: &Target<'_>,
    file: &One<'_>,
    wishes: &Wishes,
    upload: UploadId,
) -> Result<VersionId, Error> {
    let Some(form) = file.form else {
        return Ok(upload.version());
    };
    let about = (
        target.client,
        target.document.as_ref().map(|(id, _title)| id),
        (&wishes.title, &wishes.folder, wishes.visible, wishes.notify),
        file.name,
    );
    let about = serde_json::to_string(&about)?;
    Ok(file.bytes.fingerprint().version(form, &about))
}

/// Writes a file of more than one part and gives its tag. `None`: it turned out too large.
async fn in_parts(
    app: &App,
    id: UploadId,
    blob: &str,
    first: Vec<u8>,
    file: &mut One<'_>,
) -> Result<Option<String>, Error> {
    let kind = file.name.content_type();
    let multipart = app.blobs.begin_parts(blob, kind).await?;
    app.db.run(upload::in_parts(id, &multipart)).await?;
    let mut done = Vec::new();
    let mut next = first;
    for number in 1..=10_000 {
        let bytes = Source::Bytes(next);
        let part = app.blobs.put_part(blob, &multipart, number, bytes).await;
        done.push(part.map_err(store::Error::from)?);
        if file.bytes.done() {
            let whole = app.blobs.complete_parts(blob, &multipart, done).await;
            return Ok(Some(whole.map_err(store::Error::from)?));
        }
        match file.bytes.part().await? {
            Some(part) => next = part,
            None => break,
        }
    }
    Ok(None)
}
