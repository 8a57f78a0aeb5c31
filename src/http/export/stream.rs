//! The bytes of an export, one after the other: rows of each part, then files, then the list of what became
//! of them.

use crate::app::App;
use crate::domain::filename::FileName;
use crate::domain::zip::Zip;
use crate::http::Error;
use crate::store::Pieces;
use crate::store::export::{File, Key, Of, PAGE};

/// What comes next.
enum Step {
    /// Rows of the part of that number behind an id.
    Rows(usize, String),
    /// Files of the folder of that number behind an id.
    Files(usize, String),
    /// The rest of a file.
    Bytes(Pieces),
    /// The list of files.
    List,
    /// The end of the archive.
    Finish,
    Over,
}

/// An export on its way.
pub(super) struct Export {
    app: App,
    of: Of,
    about: String,
    zip: Zip,
    step: Step,
    /// Files that were found and are not written yet, the next one last, and the number of their folder.
    waiting: Vec<File>,
    folder: usize,
    /// Where it goes on behind them.
    then: (usize, String),
    /// Lines of `files.json`.
    list: Vec<String>,
}

impl Export {
    pub(super) fn new(app: App, of: Of, what: &str) -> Self {
        let about = serde_json::json!({
            "format": "portico export 1",
            "what": what,
            "made_at": app.now.iso(),
            "times": "milliseconds since 1970-01-01 UTC",
            "money": "minor units of the currency, such as cents",
            "files": "files.json says which file belongs to which id",
        });
        Self {
            zip: Zip::new(app.now),
            app,
            of,
            about: about.to_string(),
            step: Step::Rows(0, String::new()),
            waiting: Vec::new(),
            folder: 0,
            then: (0, String::new()),
            list: Vec::new(),
        }
    }

    /// Some bytes; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            match self.step().await? {
                Some(bytes) if bytes.is_empty() => {}
                bytes => return Ok(bytes),
            }
        }
    }

    async fn step(&mut self) -> Result<Option<Vec<u8>>, Error> {
        match std::mem::replace(&mut self.step, Step::Over) {
            Step::Rows(part, after) => self.rows(part, &after).await.map(Some),
            Step::Files(folder, after) => self.files(folder, &after).await.map(Some),
            Step::Bytes(mut pieces) => {
                let bytes = pieces.next().await?;
                if let Some(bytes) = bytes {
                    self.zip.data(&bytes);
                    self.step = Step::Bytes(pieces);
                    return Ok(Some(bytes));
                }
                let end = self.end()?;
                self.go_on();
                Ok(Some(end))
            }
            Step::List => {
                let text = format!("[\n{}\n]\n", self.list.join(",\n"));
                self.step = Step::Finish;
                self.small("files.json", text.as_bytes()).map(Some)
            }
            Step::Finish => Ok(Some(self.zip.finish())),
            Step::Over => Ok(None),
        }
    }

    /// A page of a part. The first thing of all is `about.json`.
    async fn rows(&mut self, part: usize, after: &str) -> Result<Vec<u8>, Error> {
        let parts = self.of.parts();
        let Some(name) = parts.get(part) else {
            self.step = Step::Files(0, String::new());
            let about = self.about.clone();
            return self.small("about.json", about.as_bytes());
        };
        let mut results = self.app.db.run(self.of.page(name, after)).await?;
        let rows = results.json()?;
        let is_first = after.is_empty();
        let mut out = Vec::new();
        if is_first && rows.is_empty() {
            // Nothing of it: no file.
            self.step = Step::Rows(part + 1, String::new());
            return Ok(out);
        }
        if is_first {
            out.extend(self.zip.begin(format!("{name}.json"), 0));
        }
        let mut text = String::new();
        for (i, row) in rows.iter().enumerate() {
            text.push_str(if is_first && i == 0 { "[\n" } else { ",\n" });
            text.push_str(row);
        }
        let last = match rows.last() {
            Some(row) if rows.len() == PAGE => Some(serde_json::from_str::<Key>(row)?.id),
            _ => None,
        };
        if last.is_none() {
            text.push_str("\n]\n");
        }
        self.zip.data(text.as_bytes());
        out.extend(text.into_bytes());
        self.step = if let Some(id) = last {
            Step::Rows(part, id)
        } else {
            out.extend(self.end()?);
            Step::Rows(part + 1, String::new())
        };
        Ok(out)
    }

    /// The next file, of those at hand or of the next page.
    async fn files(&mut self, folder: usize, after: &str) -> Result<Vec<u8>, Error> {
        let folders = self.of.folders();
        let Some(name) = folders.get(folder) else {
            self.step = Step::List;
            return Ok(Vec::new());
        };
        if self.waiting.is_empty() {
            let mut results = self.app.db.run(self.of.files(name, after)).await?;
            self.waiting = results.rows()?;
            let goes_on = self.waiting.len() == PAGE;
            self.folder = folder;
            self.then = match self.waiting.last() {
                Some(last) if goes_on => (folder, last.id.clone()),
                _ => (folder + 1, String::new()),
            };
            self.waiting.reverse();
        }
        let Some(file) = self.waiting.pop() else {
            self.go_on();
            return Ok(Vec::new());
        };
        let number = self.list.len() + 1;
        let path = format!(
            "files/{name}/{number:04} {}",
            FileName::clean(&file.name).as_str()
        );
        let pieces = self.app.blobs.pieces(&file.blob).await?;
        let line = serde_json::json!({ "id": file.id, "path": pieces.is_some().then_some(&path) });
        self.list.push(line.to_string());
        if let Some(pieces) = pieces {
            self.step = Step::Bytes(pieces);
            Ok(self.zip.begin(path, file.size))
        } else {
            // Gone since, or lost before: the list says that there is none.
            self.go_on();
            Ok(Vec::new())
        }
    }

    /// On to the next file.
    fn go_on(&mut self) {
        let (folder, after) = if self.waiting.is_empty() {
            std::mem::take(&mut self.then)
        } else {
            (self.folder, String::new())
        };
        self.step = Step::Files(folder, after);
    }

    fn small(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = self.zip.begin(name.to_owned(), bytes.len() as u64);
        self.zip.data(bytes);
        out.extend_from_slice(bytes);
        out.extend(self.end()?);
        Ok(out)
    }

    fn end(&mut self) -> Result<Vec<u8>, Error> {
        self.zip
            .end()
            .map_err(|error| Error::internal(error.to_string()))
    }
}
