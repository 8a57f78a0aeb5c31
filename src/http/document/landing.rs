//! Files that are in R2 become documents or a version, and their readers are told.

use crate::app::App;
use crate::domain::allowance::{Full, Kind};
use crate::domain::document::people;
use crate::domain::filename::FileName;
use crate::domain::id::{ClientId, DocumentId, UploadId, VersionId};
use crate::domain::upload::Wishes;
use crate::http::Error;
use crate::http::chrome::{Brand, Chrome};
use crate::http::guard::{Me, Who};
use crate::outbound::letter::Letter;
use crate::store;
use crate::store::Statement;
use crate::store::landing::{Arrived, Becomes, By, Landing};
use crate::store::notice::{Notice, Reader, SentNotice};
use crate::store::ticket::mail::Candidate;
use crate::store::upload::Made;
use crate::store::viewer::Asker;

/// What a mail is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum News<'a> {
    /// A document became visible.
    Document(&'a str),
    /// A document has a new version.
    Version(&'a str),
    /// Several documents of one form, known by its name.
    Several(&'a str),
}

/// The statement that tells the readers, in the batch that publishes.
pub(crate) fn tell(
    app: &App,
    brand: &Brand,
    readers: &[Reader],
    documents: &[DocumentId],
    news: News<'_>,
) -> Result<Statement, Error> {
    let path = match documents {
        [document] if !matches!(news, News::Several(_)) => format!("/documents/{document}"),
        _ => "/documents".to_owned(),
    };
    let business = &brand.name;
    let (subject, text, button) = match news {
        News::Document(title) => (
            format!("{business}: {title}"),
            format!("{business} has shared a document with you: {title}."),
            "See the document",
        ),
        News::Version(title) => (
            format!("{business}: new version of {title}"),
            format!("{business} has shared a new version of a document with you: {title}."),
            "See the document",
        ),
        News::Several(_) => (
            format!("{business} has shared documents with you"),
            format!("{business} has shared several documents with you."),
            "See the documents",
        ),
    };
    let letter = Letter {
        paragraphs: vec![text],
        button: Some(button.to_owned()),
        path,
        after: vec![format!(
            "You get this e-mail because you use the client portal of {business}."
        )],
    };
    let group = match news {
        News::Several(group) => Some(group),
        _ => None,
    };
    let mails = readers
        .iter()
        .map(|reader| Ok((reader.id, app.id()?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let notice = Notice {
        documents,
        group,
        subject: &subject,
        content: &serde_json::to_string(&letter)?,
        mails,
    };
    app.mail_queued();
    Ok(notice.queue(app.now)?)
}

/// Who is told, after the fact.
pub(crate) fn told(readers: u64) -> String {
    match readers {
        0 => "Nobody was told: nobody of this client gets e-mail about documents.".to_owned(),
        1 => "1 person is told by e-mail.".to_owned(),
        many => format!("{} are told by e-mail.", people(many)),
    }
}

/// A file that is in R2.
pub(crate) struct File {
    pub(crate) version: VersionId,
    pub(crate) name: FileName,
    pub(crate) blob: String,
    pub(crate) etag: String,
    /// Bytes.
    pub(crate) size: u64,
    /// Its place among the files of the form, from 1.
    pub(crate) number: usize,
}

/// Where files land.
pub(crate) struct Place {
    pub(crate) client: ClientId,
    /// The document that gets a version, with its title; `None`: each file is a new one.
    pub(crate) document: Option<(DocumentId, String)>,
    /// The row that the file ends.
    pub(crate) upload: Option<UploadId>,
}

/// Who sends files.
#[derive(Clone, Copy)]
pub(crate) enum Sender<'a> {
    /// Staff, who may tell the client.
    Staff(&'a Chrome<Me>),
    /// A person of the client, of whose files staff are told.
    Client(&'a Chrome<Who>, Asker, &'a [Candidate]),
}

/// The statement that tells staff of what a client sent, in the batch that lands it.
fn tell_staff(
    app: &App,
    who: &Who,
    staff: &[Candidate],
    documents: &[DocumentId],
    (group, title, many): (&str, &str, bool),
) -> Result<Statement, Error> {
    let (name, client) = (&who.name, &who.client_name);
    let (subject, text) = if many {
        (
            format!("{client} sent you files"),
            format!("{name} of {client} sent you files. The first one is “{title}”."),
        )
    } else {
        (
            format!("{client} sent you {title}"),
            format!("{name} of {client} sent you a file: {title}."),
        )
    };
    let letter = Letter {
        paragraphs: vec![text],
        button: Some("See the documents".to_owned()),
        path: format!("/admin/clients/{}/documents", who.client),
        after: vec!["Your profile says which mails you get.".to_owned()],
    };
    let mails = staff
        .iter()
        .map(|one| Ok((one.id, app.id()?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let notice = SentNotice {
        documents,
        group,
        subject: &subject,
        content: &serde_json::to_string(&letter)?,
        mails,
    };
    app.mail_queued();
    Ok(notice.queue(app.now)?)
}

/// Lands files, and gives what is there of them. Those missing: the client was archived or the
/// document deleted meanwhile, or the sweep was there first.
///
/// 1. what they become; 2. who is told; 3. one batch. A reply that was lost is asked for once more,
/// which writes nothing twice. Beside them: where a client sent too much, until when.
pub(crate) async fn land(
    app: &App,
    sender: Sender<'_>,
    readers: &[Reader],
    place: &Place,
    files: &[File],
    wishes: &Wishes,
) -> Result<(Vec<Made>, Option<Full>), Error> {
    // 1.
    let mut ready = Vec::new();
    for file in files {
        let title = wishes
            .title(&file.name, file.number)
            .map_err(|error| Error::internal(error.to_string()))?;
        let document = match &place.document {
            Some((document, _title)) => *document,
            None => app.id()?,
        };
        ready.push((file, title, document));
    }
    let mut arrived = Vec::new();
    for (file, title, document) in &ready {
        arrived.push(Arrived {
            version: file.version,
            document: *document,
            title: title.as_str(),
            blob: &file.blob,
            etag: &file.etag,
            file_name: &file.name,
            content_type: file.name.content_type(),
            size: file.size,
            note: app.id()?,
        });
    }
    // 2.
    let news = match (&place.document, &wishes.group, ready.as_slice()) {
        (Some((_id, title)), _, _) => News::Version(title),
        (None, Some(group), _) => News::Several(group),
        (None, None, [(_file, title, _document), ..]) => News::Document(title.as_str()),
        (None, None, []) => return Ok((Vec::new(), None)),
    };
    let documents: Vec<DocumentId> = arrived.iter().map(|file| file.document).collect();
    let notice = match sender {
        Sender::Staff(chrome) if wishes.notify && !readers.is_empty() => {
            Some(tell(app, &chrome.brand, readers, &documents, news)?)
        }
        Sender::Staff(_) => None,
        Sender::Client(chrome, _, staff) => {
            let first = arrived.first().map_or("", |file| file.title);
            let alone = arrived
                .first()
                .map_or_else(String::new, |file| file.version.to_string());
            let group = wishes.group.as_deref().unwrap_or(&alone);
            let about = (group, first, wishes.notify || arrived.len() > 1);
            Some(tell_staff(app, &chrome.me, staff, &documents, about)?)
        }
    };
    let (by, address) = match sender {
        Sender::Staff(chrome) => (By::Staff(chrome.me.id), &chrome.me.address),
        Sender::Client(chrome, asker, _) => (By::Client(asker, app.id()?), &chrome.me.address),
    };
    // 3.
    let landing = Landing {
        files: arrived,
        becomes: match place.document {
            Some(_) => Becomes::Version,
            None => Becomes::New {
                folder: &wishes.folder,
                visible: wishes.visible,
            },
        },
        client: place.client,
        upload: place.upload,
        by,
        address,
    };
    let land = || landing.land(&app.db, notice.clone(), app.now);
    let (made, used) = match land().await {
        Err(store::Error::Unavailable { cause, .. }) => {
            worker::console_warn!("landing once more: {cause}");
            land().await
        }
        settled => settled,
    }?;
    let missing = files.len().saturating_sub(made.len()) as u64;
    let full = Full::of(Kind::Files, missing, &used, app.now).filter(|_| missing > 0);
    Ok((made, full))
}
