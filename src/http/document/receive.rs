//! Files as they arrive in a form: each goes to R2 while it is read; when all are there they become
//! documents, or one becomes a version of one, in one batch.
//!
//! At most two parts of a file are in memory. A file of one part is written at once, a longer one
//! through R2's upload in parts. The text fields stand before the files in our form, so they are
//! known when the first file begins. What R2 does not take is told by its name, and the other files
//! go on. An object that D1 does not hear of is swept by the clock. The same form sent again after a
//! lost reply makes nothing twice: the id of a version is derived from the form's own name and from
//! what is sent.

use super::landing::{File, Place, Sender, land};
use super::reader::Reader;
use crate::app::App;
use crate::domain::allowance::Full;
use crate::domain::filename::FileName;
use crate::domain::form_key::{self, FormKey};
use crate::domain::id::{ClientId, DocumentId, VersionId, noun::Form};
use crate::domain::settings::UploadLimit;
use crate::domain::text::{Folder, Title};
use crate::domain::upload::{NothingToTell, UploadRefused, Wishes, form_blob};
use crate::http::{Error, Fields, Incoming, Part, Parts, Reason};
use crate::store::notice::Reader as Told;
use crate::store::{self, Source};

/// Bytes that are kept of a text field; far above its limit, which is told at the field.
const TEXT: usize = 64 << 10;
/// The text fields of the forms. Others are not kept.
const TEXTS: [&str; 6] = ["form_key", "title", "folder", "visible", "notify", "of"];

/// Files of one form: their rows go to D1 as one text, which may have 2 MB.
const MOST: usize = 500;

/// Where the files go.
pub(super) struct Target<'a> {
    pub(super) app: &'a App,
    pub(super) sender: Sender<'a>,
    pub(super) client: ClientId,
    /// The document that gets a version, with its title; `None`: each file is a new one.
    pub(super) document: Option<(DocumentId, String)>,
    /// Whether the client sees that document now.
    pub(super) shown: bool,
    pub(super) limit: UploadLimit,
    pub(super) readers: &'a [Told],
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
    /// Where a client has sent too much.
    pub(super) full: Option<Full>,
}

/// What is wished for all files of a form.
fn read(fields: &mut Fields, target: &Target<'_>) -> Option<Wishes> {
    if let Sender::Client(..) = target.sender {
        return Some(Wishes {
            visible: true,
            // Their script sends one file after the other, and says how many there are.
            notify: fields.text("of").parse().is_ok_and(|of: u16| of > 1),
            group: form_key::sent(fields.text("form_key"), target.app.now)
                .map(|key| key.to_string()),
            ..Wishes::default()
        });
    }
    let title = fields.optional("title", Title::parse);
    let folder = fields.required("folder", Folder::parse);
    let (visible, notify) = (fields.checkbox("visible"), fields.checkbox("notify"));
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

/// Reads a form of files to its end, and lands those that R2 took.
pub(super) async fn receive(target: Target<'_>, incoming: &Incoming) -> Result<Sent, Error> {
    let mut parts = Parts::of(incoming)?
        .ok_or_else(|| Error::bad_request("Please send this from the form on the page."))?;
    let mut sent = Sent::default();
    let mut wishes = None;
    let mut files: Vec<File> = Vec::new();
    let mut stored = 0;
    while let Some(part) = parts.next().await? {
        let Some(raw) = part.file_name() else {
            let name = part.name();
            if TEXTS.contains(&name.as_str()) {
                let text = text(part).await?;
                sent.fields.add(name, text);
            }
            continue;
        };
        if wishes.is_none() {
            wishes = read(&mut sent.fields, &target);
        }
        // What is wrong with a text field is wrong for every file; they are passed over.
        let Some(wishes) = &wishes else { continue };
        sent.notify = wishes.notify;
        let name = FileName::clean(&raw);
        if target.document.is_some() && !files.is_empty() {
            let why = format!("{name} was not taken: one file is the new version.");
            sent.refused.push(why);
            continue;
        }
        if stored == MOST {
            let why = format!(
                "{name} was not taken: {MOST} files can be sent at once. Please send it after them."
            );
            sent.refused.push(why);
            continue;
        }
        let file = One {
            bytes: Reader::new(part, target.limit),
            named: !raw.is_empty(),
            name: &name,
            number: files.len() + 1,
            form: form_key::sent(sent.fields.text("form_key"), target.app.now),
        };
        match store(&target, file, wishes).await {
            Ok(Put::Stored(file)) => {
                stored += 1;
                // The same file twice is one document; the second object has no row.
                if files.iter().all(|f| f.version != file.version) {
                    files.push(file);
                }
            }
            Ok(Put::Refused(sentence)) => sent.refused.push(sentence),
            Ok(Put::Nothing) => {}
            Err(error) => sent.fail([&name], error)?,
        }
    }
    if let Some(wishes) = wishes {
        land_all(target, &files, wishes, &mut sent).await?;
    }
    if sent.saved.is_empty() && sent.failed.is_empty() {
        if !sent.refused.is_empty() {
            sent.fields.refuse("file", sent.refused.join(" "));
        } else if !sent.fields.has_errors() {
            sent.fields.refuse("file", "Please choose a file.");
        }
    }
    Ok(sent)
}

impl Sent {
    /// Notes files that a store did not take, by their names. Other errors end the request.
    fn fail<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a FileName>,
        error: Error,
    ) -> Result<(), Error> {
        let Reason::Unavailable(cause) = &*error else {
            return Err(error);
        };
        for name in names {
            worker::console_error!("receiving {name}: {cause}");
            self.failed.push(name.to_string());
        }
        Ok(())
    }
}

/// Lands what R2 took, all or nothing, and notes what became of it.
async fn land_all(
    target: Target<'_>,
    files: &[File],
    mut wishes: Wishes,
    sent: &mut Sent,
) -> Result<(), Error> {
    let (app, readers) = (target.app, target.readers);
    if files.len() > 1 && wishes.group.is_none() {
        wishes.group = Some(app.id::<Form>()?.to_string());
    }
    let place = Place {
        client: target.client,
        document: target.document,
        upload: None,
    };
    let made = match land(app, target.sender, readers, &place, files, &wishes).await {
        Ok((made, full)) => {
            sent.full = full;
            made
        }
        Err(error) => return sent.fail(files.iter().map(|file| &file.name), error),
    };
    for File { version, name, .. } in files {
        match made.iter().find(|made| made.version_id == *version) {
            Some(made) if !made.deleted => sent.saved.push(made.title.clone()),
            Some(made) => sent.refused.push(format!(
                "{name} was sent with this form before, and “{}” was deleted since. Please open the page anew and choose it again.",
                made.title
            )),
            None if sent.full.is_some() => {}
            None if matches!(target.sender, Sender::Client(..)) => sent.refused.push(format!(
                "{name} was not taken: it was on its way for too long, or you cannot send files any more. Please open the page anew."
            )),
            None => sent.refused.push(format!(
                "{name} was not taken: this client was archived, or the document deleted, a moment ago, or it was on its way for more than a day."
            )),
        }
    }
    sent.refused.extend(sent.full.map(Full::sentence));
    Ok(())
}

/// A text field, cut where nothing of it could be taken anyway.
pub(crate) async fn text(mut part: Part<'_>) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    while let Some(piece) = part.piece().await? {
        let room = TEXT.saturating_sub(text.len());
        text.extend(piece.iter().take(room));
    }
    if text.len() == TEXT {
        // Not in the middle of a character, which would make it no text at all.
        while text.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
    }
    Ok(text)
}

/// A file of the form.
struct One<'a> {
    bytes: Reader<'a>,
    /// Whether it has a name. Browsers send an empty file without one where none was chosen.
    named: bool,
    name: &'a FileName,
    number: usize,
    /// The form's own name.
    form: Option<FormKey>,
}

/// A file that is in R2, or not.
enum Put {
    Stored(File),
    Refused(String),
    /// No file was chosen.
    Nothing,
}

/// 1. the first part, and whether there is anything; 2. the bytes into R2.
async fn store(target: &Target<'_>, mut file: One<'_>, wishes: &Wishes) -> Result<Put, Error> {
    let (app, name) = (target.app, file.name);
    // 1.
    let Some(first) = file.bytes.part().await? else {
        return Ok(too_large(target, name));
    };
    if first.is_empty() {
        return Ok(if file.named {
            Put::Refused(format!("{name}: {}", UploadRefused::Empty))
        } else {
            Put::Nothing
        });
    }
    // 2.
    let blob = form_blob(app.now, app.random()?);
    let kind = name.content_type();
    let Some(etag) = put(app, &blob, kind, first, &mut file.bytes).await? else {
        return Ok(too_large(target, name));
    };
    Ok(Put::Stored(File {
        version: version(target, &file, wishes)?,
        name: name.clone(),
        blob,
        etag,
        size: file.bytes.size(),
        number: file.number,
    }))
}

fn too_large(target: &Target<'_>, name: &FileName) -> Put {
    let limit = target.limit.words();
    let help = match target.sender {
        Sender::Staff(_) => "An owner or admin can raise the limit in Settings.",
        Sender::Client(..) => "Please send a smaller one.",
    };
    Put::Refused(format!(
        "{name} was not taken: it is larger than {limit}. {help}"
    ))
}

/// The id of the version: the same for the same file sent again with the same form.
fn version(target: &Target<'_>, file: &One<'_>, wishes: &Wishes) -> Result<VersionId, Error> {
    let Some(form) = file.form else {
        return Ok(target.app.id()?);
    };
    // Of a client's file it says how it came: by the form or the script, which is the same file.
    let notify = wishes.notify && matches!(target.sender, Sender::Staff(_));
    let about = (
        target.client,
        target.document.as_ref().map(|(id, _title)| id),
        (&wishes.title, &wishes.folder, wishes.visible, notify),
        file.name,
    );
    let about = serde_json::to_string(&about)?;
    Ok(file.bytes.fingerprint().version(form, &about))
}

/// Writes a file whose first part was read, and gives its tag. `None`: it turned out too large. What
/// broke off is given up; where that fails too, R2 does so by itself after a week.
pub(crate) async fn put(
    app: &App,
    blob: &str,
    kind: &str,
    first: Vec<u8>,
    bytes: &mut Reader<'_>,
) -> Result<Option<String>, Error> {
    if bytes.done() {
        let etag = app.blobs.put(blob, kind, Source::Bytes(first)).await?;
        return Ok(Some(etag));
    }
    let multipart = app.blobs.begin_parts(blob, kind).await?;
    let whole = put_parts(app, (blob, &multipart), first, bytes).await;
    if !matches!(whole, Ok(Some(_)))
        && let Err(error) = app.blobs.abort_parts(blob, &multipart).await
    {
        worker::console_warn!("giving an upload up: {error}");
    }
    whole
}

async fn put_parts(
    app: &App,
    (blob, multipart): (&str, &str),
    first: Vec<u8>,
    bytes: &mut Reader<'_>,
) -> Result<Option<String>, Error> {
    let mut done = Vec::new();
    let mut next = first;
    for number in 1..=10_000 {
        let source = Source::Bytes(next);
        let part = app.blobs.put_part(blob, multipart, number, source).await;
        done.push(part.map_err(store::Error::from)?);
        if bytes.done() {
            let whole = app.blobs.complete_parts(blob, multipart, done).await;
            return Ok(Some(whole.map_err(store::Error::from)?));
        }
        match bytes.part().await? {
            Some(part) => next = part,
            None => break,
        }
    }
    Ok(None)
}
