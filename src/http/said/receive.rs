//! A form of words and files. The words stand before the files; only where they can be taken do files
//! go to R2, each while it is read, under the keys that the sweep of forms walks over.

use crate::app::App;
use crate::domain::filename::FileName;
use crate::domain::settings::UploadLimit;
use crate::domain::upload::{UploadRefused, form_blob};
use crate::http::document::{Reader, put, text};
use crate::http::{Error, Fields, Incoming, Part, Parts, Reason};
use crate::store::said::Arrived;

/// What is told where the files were under way for too long.
pub(crate) const LATE: &str = "The files were on their way for too long. Please choose them again and send the form once more.";

/// Files of one message.
const MOST: usize = 20;

/// What stands at the field of files.
pub(crate) fn hint(limit: UploadLimit) -> String {
    format!("Up to {MOST} files of {} each.", limit.words())
}

/// Reads a form: the text fields named, and the files that came with them. `sound` looks at the words
/// before the first file, and refuses what cannot be taken at its field.
pub(crate) async fn receive(
    app: &App,
    incoming: &Incoming,
    limit: UploadLimit,
    texts: &[&str],
    mut sound: impl FnMut(&mut Fields) -> bool + Send,
) -> Result<(Fields, Vec<Arrived>), Error> {
    let mut form = Fields::default();
    let mut files: Vec<Arrived> = Vec::new();
    if let Some(mut parts) = Parts::of(incoming)? {
        let mut good = None;
        while let Some(part) = parts.next().await? {
            let name = part.name();
            match part.file_name() {
                None if texts.contains(&name.as_str()) => {
                    let text = text(part).await?;
                    form.add(name, text);
                }
                Some(raw) if name == "file" => {
                    let good = *good.get_or_insert_with(|| sound(&mut form));
                    if good
                        && !form.has_errors()
                        && let Some(file) = store(app, part, &raw, limit, &mut form).await?
                    {
                        if files.len() == MOST {
                            form.refuse(
                                "file",
                                format!("Please send at most {MOST} files at once."),
                            );
                        }
                        files.push(file);
                    }
                }
                _ => {}
            }
        }
        if good.is_none() {
            sound(&mut form);
        }
    } else {
        form = Fields::without_files(incoming).await?;
        sound(&mut form);
    }
    if form.has_errors() {
        // What was stored is swept: no row names it.
        if !files.is_empty() {
            form.refuse("file", "Please choose your files again.");
        }
        return Ok((form, Vec::new()));
    }
    let etags: Vec<&str> = files.iter().map(|file| file.etag.as_str()).collect();
    // Part of what the form's key names: other files are another message.
    form.fill([("files", etags.join(" ").as_str())]);
    Ok((form, files))
}

/// The file into R2. `None`: none was chosen, or it is told at its field.
async fn store(
    app: &App,
    part: Part<'_>,
    raw: &str,
    limit: UploadLimit,
    form: &mut Fields,
) -> Result<Option<Arrived>, Error> {
    let name = FileName::clean(raw);
    let large = || {
        format!(
            "{name} is larger than {}. Please send a smaller one, and choose the others again.",
            limit.words()
        )
    };
    let mut bytes = Reader::new(part, limit);
    let Some(first) = bytes.part().await? else {
        form.refuse("file", large());
        return Ok(None);
    };
    if first.is_empty() {
        if !raw.is_empty() {
            form.refuse("file", format!("{name}: {}", UploadRefused::Empty));
        }
        return Ok(None);
    }
    let blob = form_blob(app.now, app.random()?);
    let content_type = name.content_type();
    match put(app, &blob, content_type, first, &mut bytes).await {
        Ok(Some(etag)) => Ok(Some(Arrived {
            id: app.id()?,
            blob,
            etag,
            content_type,
            size: bytes.size(),
            file_name: name,
        })),
        Ok(None) => {
            form.refuse("file", large());
            Ok(None)
        }
        Err(error) => {
            let Reason::Unavailable(cause) = &*error else {
                return Err(error);
            };
            worker::console_error!("receiving {name}: {cause}");
            form.refuse(
                "file",
                "The file could not be stored just now. Please choose your files again and send the form once more.",
            );
            Ok(None)
        }
    }
}
