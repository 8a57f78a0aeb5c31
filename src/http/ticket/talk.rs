//! What was said in a ticket, as it is drawn on both sides.

use crate::domain::id::{TicketFileId, TicketMessageId};
use crate::domain::time::Timestamp;
use crate::domain::upload::human_bytes;
use crate::http::prose::Prose;
use crate::store::ticket::{Attached, Message, PAGE};

/// A file that came with a message.
pub(super) struct File {
    pub(super) id: TicketFileId,
    pub(super) name: String,
    pub(super) size: String,
    /// "Downloaded 2 times, last 5 minutes ago"; empty where nobody did, or for whom it is not.
    pub(super) taken: String,
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
pub(super) struct Remark {
    pub(super) id: TicketMessageId,
    pub(super) author: String,
    pub(super) body: Prose,
    pub(super) internal: bool,
    pub(super) by_client: bool,
    pub(super) iso: String,
    pub(super) when: String,
    pub(super) files: Vec<File>,
}

/// A page of what was said.
pub(super) struct Talk {
    /// In the order it was said.
    pub(super) remarks: Vec<Remark>,
    /// The oldest of them, where there is more before it.
    pub(super) earlier: Option<TicketMessageId>,
}

impl Talk {
    /// Puts what was read, the newest first, in the order it was said.
    pub(super) fn new(mut messages: Vec<Message>, now: Timestamp) -> Self {
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
    pub(super) fn before(&self) -> Option<TicketMessageId> {
        TicketMessageId::parse(&self.earlier).ok()
    }
}
