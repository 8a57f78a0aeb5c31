//! A file that is in R2 becomes a document or a version, and its readers are told.

use crate::app::App;
use crate::domain::document::people;
use crate::domain::filename::FileName;
use crate::domain::id::{DocumentId, UploadId, VersionId};
use crate::domain::text::Title;
use crate::domain::upload::Wishes;
use crate::http::Error;
use crate::http::chrome::{Brand, Chrome};
use crate::http::guard::Me;
use crate::outbound::letter::Letter;
use crate::store;
use crate::store::Statement;
use crate::store::landing::{Arrived, Becomes};
use crate::store::notice::{Notice, Reader};
use crate::store::upload::Made;

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
    document: DocumentId,
    news: News<'_>,
) -> Result<Statement, Error> {
    let business = &brand.name;
    let (subject, text, button, path) = match news {
        News::Document(title) => (
            format!("{business}: {title}"),
            format!("{business} has shared a document with you: {title}."),
            "See the document",
            format!("/documents/{document}"),
        ),
        News::Version(title) => (
            format!("{business}: new version of {title}"),
            format!("{business} has shared a new version of a document with you: {title}."),
            "See the document",
            format!("/documents/{document}"),
        ),
        News::Several(_) => (
            format!("{business} has shared documents with you"),
            format!("{business} has shared several documents with you."),
            "See the documents",
            "/documents".to_owned(),
        ),
    };
    let ask = brand.support_email.as_ref().map_or_else(
        || "please tell us".to_owned(),
        |address| format!("please write to {address}"),
    );
    let letter = Letter {
        paragraphs: vec![text],
        button: Some(button.to_owned()),
        path,
        after: vec![format!(
            "You get this e-mail because you use the client portal of {business}. If you would \
             rather not be told of documents, {ask}."
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
        document,
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
    pub(crate) upload: UploadId,
    pub(crate) version: VersionId,
    /// `None`: a new document.
    pub(crate) of: Option<(DocumentId, String)>,
    pub(crate) name: FileName,
    pub(crate) blob: String,
    pub(crate) etag: String,
    /// Bytes.
    pub(crate) size: u64,
    /// Its place among the files of the form, from 1.
    pub(crate) number: usize,
}

/// Lands a file. `None`: its client was archived or its document deleted meanwhile.
///
/// 1. what it becomes; 2. who is told; 3. one batch. A reply that was lost is asked for once more,
/// which writes nothing twice.
pub(crate) async fn land(
    app: &App,
    chrome: &Chrome<Me>,
    readers: &[Reader],
    file: &File,
    wishes: &Wishes,
) -> Result<Option<Made>, Error> {
    // 1.
    let title: Title = wishes
        .title(&file.name, file.number)
        .map_err(|error| Error::internal(error.to_string()))?;
    let (document, becomes, news) = match (&file.of, &wishes.group) {
        (Some((id, title)), _) => (*id, Becomes::Version(*id), News::Version(title)),
        (None, group) => {
            let id = app.id()?;
            let becomes = Becomes::New {
                id,
                title: &title,
                folder: &wishes.folder,
                visible: wishes.visible,
            };
            let alone = News::Document(title.as_str());
            (id, becomes, group.as_deref().map_or(alone, News::Several))
        }
    };
    // 2.
    let notice = if wishes.notify && !readers.is_empty() {
        Some(tell(app, &chrome.brand, readers, document, news)?)
    } else {
        None
    };
    // 3.
    let arrived = Arrived {
        upload: file.upload,
        version: file.version,
        file_name: &file.name,
        etag: &file.etag,
        size: file.size,
        note: app.id()?,
        by: chrome.me.id,
        address: &chrome.me.address,
    };
    let land = || arrived.land(&app.db, &becomes, notice.clone(), &file.blob, app.now);
    let made = match land().await {
        Err(store::Error::Unavailable { cause, .. }) => {
            worker::console_warn!("landing once more: {cause}");
            land().await
        }
        settled => settled,
    };
    Ok(made?)
}
