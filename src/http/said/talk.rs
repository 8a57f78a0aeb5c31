//! What was said, as it is drawn on both sides.

use crate::domain::id::{FileId, MessageId};
use crate::domain::time::Timestamp;
use crate::domain::upload::human_bytes;
use crate::http::prose::Prose;
use crate::store::said::{Attached, Message, PAGE};

/// A file that came with a message.
pub(crate) struct File {
    pub(crate) id: FileId,
    pub(crate) name: String,
    pub(crate) size: String,
    /// "Downloaded 2 times, last 5 minutes ago"; empty where nobody did, or for whom it is not.
    pub(crate) taken: String,
}

impl File {
    fn of(file: Attached, now: Timestamp) -> Self {
        let last = file.last.map_or_else(String::new, |at| at.ago(now));
        Self {
            id: file.id,
            name: file.name.to_string(),
            size: human_bytes(file.size),
            taken: match file.taken {
                0 => String::new(),
                1 => format!("Downloaded by the client {last}"),
                n => format!("Downloaded {n} times, last {last}"),
            },
        }
    }
}

/// Something said.
pub(crate) struct Remark {
    pub(crate) id: MessageId,
    pub(crate) author: String,
    pub(crate) body: Prose,
    pub(crate) internal: bool,
    pub(crate) by_client: bool,
    pub(crate) iso: String,
    pub(crate) when: String,
    pub(crate) files: Vec<File>,
}

/// A page of what was said.
pub(crate) struct Talk {
    /// In the order it was said.
    pub(crate) remarks: Vec<Remark>,
    /// The oldest of them, where there is more before it.
    pub(crate) earlier: Option<MessageId>,
}

impl Talk {
    /// Puts what was read, the newest first, in the order it was said.
    pub(crate) fn new(mut messages: Vec<Message>, now: Timestamp) -> Self {
        let more = messages.len() > PAGE;
        messages.truncate(PAGE);
        let earlier = messages.last().filter(|_| more).map(|oldest| oldest.id);
        let remark = |m: Message| Remark {
            id: m.id,
            body: Prose::of(&m.body),
            internal: m.internal,
            by_client: m.by_client,
            iso: m.created_at.iso(),
            when: m.created_at.day_time(),
            author: m.author,
            files: m.files.into_iter().map(|f| File::of(f, now)).collect(),
        };
        Self {
            remarks: messages.into_iter().rev().map(remark).collect(),
            earlier,
        }
    }
}

/// From which message on backwards.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(crate) struct Earlier {
    #[serde(default)]
    earlier: String,
}

impl Earlier {
    /// The message; none where the newest are asked for.
    pub(crate) fn before(&self) -> Option<MessageId> {
        MessageId::parse(&self.earlier).ok()
    }
}
