//! Files as they arrive in a form: each goes to R2 while it is read and becomes a document.
//!
//! At most two parts of a file are in memory. A file of one part is written at once, a longer one
//! through R2's upload in parts. The text fields stand before the files in our form, so they are
//! known when the first file begins.

use multer::{Field, Multipart};

use futures_util::StreamExt as _;

use crate::app::App;
use crate::domain::filename::FileName;
use crate::domain::id::{ClientId, DocumentId};
use crate::domain::settings::UploadLimit;
use crate::domain::text::{Folder, Title};
use crate::domain::upload::UploadRefused;
use crate::http::guard::Me;
use crate::http::{Error, Fields, Incoming};
use crate::store::Source;
use crate::store::audit::{Entry, Principal};
use crate::store::document::{self, Arrived, Upload};

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

/// What is said of all files of a form.
struct Said {
    title: Option<Title>,
    folder: Folder,
    visible: bool,
}

impl Said {
    fn read(fields: &mut Fields) -> Option<Self> {
        let title = fields.optional("title", Title::parse);
        let folder = fields.required("folder", Folder::parse);
        Some(Self {
            title: title?,
            folder: folder?,
            visible: fields.ticked("visible"),
        })
    }

    /// The title of a file: what was typed, numbered from the second on, or the file's name.
    fn title(&self, file: &FileName, number: usize) -> Result<Title, Error> {
        let own = || Title::parse(file.stem()).or_else(|_blank| Title::parse("Document"));
        let title = match &self.title {
            Some(title) if number == 1 => Ok(title.clone()),
            Some(title) => Title::parse(&format!("{title} ({number})")).or_else(|_long| own()),
            None => own(),
        };
        title.map_err(|error| Error::internal(error.to_string()))
    }
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
            said = Said::read(&mut sent.fields);
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
    said: &Said,
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
        blob: key(app)?,
        file_name: file_name.clone(),
        by: target.me.id,
    };
    let known = if file.done() { file.size } else { 0 };
    let row = document::begin(&upload, known, PART as u64, app.now);
    app.db.run(row).await?;
    // 3.
    let etag = if file.done() {
        let kind = file_name.content_type();
        let bytes = Source::Bytes(first);
        Some(app.blobs.put(&upload.blob, kind, bytes).await?)
    } else {
        in_parts(app, &upload, first, &mut file).await?
    };
    let Some(etag) = etag else {
        app.db.run(document::end(upload.id)).await?;
        return Ok(too_large());
    };
    // 4.
    let title = said.title(&file_name, number)?;
    let arrived = Arrived {
        id: app.id()?,
        version: app.id()?,
        upload: &upload,
        title: &title,
        folder: &said.folder,
        visible: said.visible,
        etag: &etag,
        size: file.size,
    };
    let mut batch = Vec::from(document::create(&arrived, app.now));
    batch.push(entry(target, arrived.id, &title).append(app.id()?, app.now));
    app.db.batch(batch).await?;
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
    app.db
        .run(document::in_parts(upload.id, &multipart))
        .await?;
    let mut done = Vec::new();
    let mut next = first;
    for number in 1..=10_000 {
        let bytes = Source::Bytes(next);
        done.push(app.blobs.put_part(key, &multipart, number, bytes).await?);
        if file.done() {
            return Ok(Some(app.blobs.complete_parts(key, &multipart, done).await?));
        }
        match file.part().await? {
            Some(part) => next = part,
            None => break,
        }
    }
    app.blobs.abort_parts(key, &multipart).await?;
    Ok(None)
}

/// A key that nobody can guess: 128 random bits, in hex.
fn key(app: &App) -> Result<String, Error> {
    let random = u128::from_be_bytes(app.random()?);
    Ok(format!("doc/{random:032x}"))
}

fn entry(target: &Target<'_>, document: DocumentId, title: &Title) -> Entry {
    Entry {
        principal: Principal::Staff(target.me.id, target.me.name.clone()),
        action: "document.uploaded",
        entity: Some(document.to_string()),
        client: Some(target.client),
        detail: title.as_str().to_owned(),
        address: target.me.address.clone(),
    }
}
