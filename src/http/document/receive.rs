//! Files as they arrive in a form: each goes to R2 while it is read and becomes a document.
//!
//! At most two parts of a file are in memory. A file of one part is written at once, a longer one
//! through R2's upload in parts. The text fields stand before the files in our form, so they are
//! known when the first file begins.

use multer::{Field, Multipart};

use futures_util::StreamExt as _;

use crate::app::App;
use crate::domain::filename::FileName;
use crate::domain::id::ClientId;
use crate::domain::settings::UploadLimit;
use crate::domain::text::{Folder, Title};
use crate::domain::upload::{UploadRefused, Wishes};
use crate::http::guard::Me;
use crate::http::upload::key;
use crate::http::{Error, Fields, Incoming};
use crate::store::upload::{self, Arrived, Upload};
use crate::store::{self, Source};

/// Bytes of a part; R2 wants all but the last equally long and of 5 MiB at least.
const PART: usize = 8 << 20;
/// Bytes that a text field may have; its limits are told at the field.
const TEXT: usize = 64 << 10;
/// The text fields of the form. Others are not kept.
const TEXTS: [&str; 3] = ["title", "folder", "visible"];

/// Where the files go.
pub(super) struct Target<'a> {
    pub(super) app: &'a App,
    pub(super) me: &'a Me,
    pub(super) client: ClientId,
    pub(super) limit: UploadLimit,
}

/// What became of a form.
#[derive(Default)]
pub(super) struct Sent {
    /// The text fields.
    pub(super) fields: Fields,
    /// Titles of the new documents.
    pub(super) saved: Vec<Title>,
    /// A sentence for each file that was not taken.
    pub(super) refused: Vec<String>,
}

/// What is wished for all files of a form.
fn read(fields: &mut Fields) -> Option<Wishes> {
    let title = fields.optional("title", Title::parse);
    let folder = fields.required("folder", Folder::parse);
    Some(Wishes {
        title: title?,
        folder: folder?,
        visible: fields.ticked("visible"),
        notify: false,
    })
}

/// Reads a form of files to its end.
pub(super) async fn receive(target: &Target<'_>, incoming: &Incoming) -> Result<Sent, Error> {
    let boundary = multer::parse_boundary(&incoming.content_type)
        .map_err(|_other| Error::bad_request("Please send this from the form on the page."))?;
    let chunks = incoming.chunks()?;
    let chunks =
        chunks.map(|chunk| chunk.map_err(|error| std::io::Error::other(error.to_string())));
    let mut parts = Multipart::new(chunks, boundary);
    let mut sent = Sent::default();
    let mut said = None;
    while let Some(field) = parts.next_field().await.map_err(|e| Error::bad_body(&e))? {
        let Some(raw) = field.file_name().map(str::to_owned) else {
            let name = field.name().unwrap_or_default().to_owned();
            if TEXTS.contains(&name.as_str()) {
                let text = text(field).await?;
                sent.fields.add(name, text);
            }
            continue;
        };
        if said.is_none() {
            said = read(&mut sent.fields);
        }
        // What is wrong with a text field is wrong for every file; they are passed over.
        let Some(said) = &said else { continue };
        let file = Reader::new(field, target.limit);
        match store(target, file, &raw, said, sent.saved.len() + 1).await? {
            Outcome::Saved(title) => sent.saved.push(title),
            Outcome::Refused(sentence) => sent.refused.push(sentence),
            Outcome::Nothing => {}
        }
    }
    Ok(sent)
}

async fn text(mut field: Field<'static>) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|e| Error::bad_body(&e))? {
        text.extend_from_slice(&chunk);
        if text.len() > TEXT {
            return Err(Error::TooLarge { limit: TEXT as u64 });
        }
    }
    Ok(text)
}

/// A file cut into parts.
struct Reader {
    field: Field<'static>,
    rest: Vec<u8>,
    size: u64,
    limit: u64,
    ended: bool,
}

impl Reader {
    fn new(field: Field<'static>, limit: UploadLimit) -> Self {
        Self {
            field,
            rest: Vec::new(),
            size: 0,
            limit: limit.bytes(),
            ended: false,
        }
    }

    /// The next part. `None`: the file is larger than allowed.
    async fn part(&mut self) -> Result<Option<Vec<u8>>, Error> {
        while !self.ended && self.rest.len() <= PART {
            match self.field.chunk().await.map_err(|e| Error::bad_body(&e))? {
                Some(chunk) => {
                    self.size = self.size.saturating_add(chunk.len() as u64);
                    if self.size > self.limit {
                        return Ok(None);
                    }
                    self.rest.extend_from_slice(&chunk);
                }
                None => self.ended = true,
            }
        }
        let after = self.rest.split_off(self.rest.len().min(PART));
        Ok(Some(std::mem::replace(&mut self.rest, after)))
    }

    /// Whether the last part was given.
    fn done(&self) -> bool {
        self.ended && self.rest.is_empty()
    }
}

enum Outcome {
    Saved(Title),
    Refused(String),
    /// No file was chosen; browsers send an empty one then.
    Nothing,
}

/// 1. the first part, and whether there is anything; 2. the upload's row; 3. the bytes into R2;
/// 4. the document in the place of the row.
async fn store(
    target: &Target<'_>,
    mut file: Reader,
    raw: &str,
    said: &Wishes,
    number: usize,
) -> Result<Outcome, Error> {
    let app = target.app;
    let file_name = FileName::clean(raw);
    let too_large = || {
        let limit = target.limit.words();
        Outcome::Refused(format!(
            "{file_name} was not taken: it is larger than {limit}."
        ))
    };
    // 1.
    let Some(first) = file.part().await? else {
        return Ok(too_large());
    };
    if first.is_empty() {
        return Ok(if raw.is_empty() {
            Outcome::Nothing
        } else {
            Outcome::Refused(format!("{file_name}: {}", UploadRefused::Empty))
        });
    }
    // 2.
    let upload = Upload {
        id: app.id()?,
        client: target.client,
        document: None,
        blob: key(app)?,
        multipart: None,
        file_name: file_name.clone(),
        size: if file.done() { file.size } else { 0 },
        part_size: PART as u64,
        wishes: "{}".to_owned(),
        by: target.me.id,
    };
    app.db.run(upload::begin(&upload, app.now)).await?;
    // 3.
    let etag = if file.done() {
        let kind = file_name.content_type();
        let bytes = Source::Bytes(first);
        Some(app.blobs.put(&upload.blob, kind, bytes).await?)
    } else {
        in_parts(app, &upload, first, &mut file).await?
    };
    let Some(etag) = etag else {
        app.db.batch(upload::end(upload.id, app.now).into()).await?;
        return Ok(too_large());
    };
    // 4.
    let title = said
        .title(&file_name, number)
        .map_err(|error| Error::internal(error.to_string()))?;
    let arrived = Arrived {
        upload: upload.id,
        document: app.id()?,
        version: upload.id.version(),
        title: &title,
        folder: &said.folder,
        visible: said.visible,
        etag: &etag,
        size: file.size,
        note: app.id()?,
        address: &target.me.address,
    };
    app.db.batch(arrived.create(app.now)).await?;
    Ok(Outcome::Saved(title))
}

/// Writes a file of more than one part and gives its tag. `None`: it turned out too large, and
/// nothing of it is left.
async fn in_parts(
    app: &App,
    upload: &Upload,
    first: Vec<u8>,
    file: &mut Reader,
) -> Result<Option<String>, Error> {
    let key = upload.blob.as_str();
    let kind = upload.file_name.content_type();
    let multipart = app.blobs.begin_parts(key, kind).await?;
    app.db.run(upload::in_parts(upload.id, &multipart)).await?;
    let mut done = Vec::new();
    let mut next = first;
    for number in 1..=10_000 {
        let bytes = Source::Bytes(next);
        let part = app.blobs.put_part(key, &multipart, number, bytes).await;
        done.push(part.map_err(store::Error::from)?);
        if file.done() {
            let whole = app.blobs.complete_parts(key, &multipart, done).await;
            return Ok(Some(whole.map_err(store::Error::from)?));
        }
        match file.part().await? {
            Some(part) => next = part,
            None => break,
        }
    }
    app.blobs.abort_parts(key, &multipart).await?;
    Ok(None)
}
