//! Names of rows: a version 7 UUID (RFC 9562) typed by the noun it names, so that a client's id cannot
//! stand where a document's belongs.
//!
//! Made from a moment and ten random bytes; read only in the canonical form (36 lowercase
//! characters with hyphens), so one row has one address. Sorts by the time it was made.

use super::time::Timestamp;
use crate::domain::door::through;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};
use uuid::{Builder, Uuid};

/// The id of one row of the noun `T`. In D1, JSON and addresses: text.
pub struct Id<T> {
    uuid: Uuid,
    noun: PhantomData<fn() -> T>,
}

/// A text that is not the canonical form of a UUID. To a person this is a page that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This address is not complete. Please use the link again.")]
pub struct IdError;

impl<T> Id<T> {
    /// A new id from the moment it is made and ten random bytes (74 of their bits are kept).
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        let ms = u64::try_from(now.0).unwrap_or(0);
        Self::of(Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
    }

    /// The one door for text: canonical lowercase hyphenated form and nothing else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        canonical(text).map(Self::of)
    }

    /// The sixteen bytes, for keyed hashes and deterministic jitter.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.uuid.as_bytes()
    }

    fn of(uuid: Uuid) -> Self {
        Self {
            uuid,
            noun: PhantomData,
        }
    }
}

/// The same for all nouns, so that it is compiled once.
fn canonical(text: &str) -> Result<Uuid, IdError> {
    // Of the forms that a UUID is read in, only the one with hyphens has 36 characters.
    let shaped = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let uuid = shaped.then(|| Uuid::try_parse(text).ok()).flatten();
    uuid.ok_or(IdError)
}

// Written by hand because a derive would ask the same of `T`.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid.hyphenated(), f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        through(d, canonical).map(Self::of)
    }
}

/// The nouns that ids are typed by. They have no values.
pub mod noun {
    macro_rules! nouns {
        ($($(#[$doc:meta])* $noun:ident => $id:ident),* $(,)?) => {
            $($(#[$doc])* #[derive(Debug)] pub enum $noun {})*
            $(#[doc = concat!("The id of a row of [`", stringify!($noun), "`].")]
              pub type $id = super::Id<$noun>;)*
        };
    }
    nouns! {
        /// A company or person that the business works for.
        Client => ClientId,
        /// One person of a client.
        Contact => ContactId,
        /// The login behind one or more contacts.
        Account => AccountId,
        /// A person who works for the business.
        Staff => StaffId,
        /// One signed-in device.
        Session => SessionId,
        /// Something to be done.
        Task => TaskId,
        /// Time that was spent.
        TimeEntry => TimeEntryId,
        /// Something said about a task.
        Comment => CommentId,
        /// A client's request.
        Ticket => TicketId,
        /// What is talked about with a client outside tickets.
        Thread => ThreadId,
        /// Something said in a ticket or a thread.
        Message => MessageId,
        /// A file that came with it.
        File => FileId,
        /// A text that staff use again and again.
        SavedReply => SavedReplyId,
        /// Something that the business does for a client.
        Project => ProjectId,
        /// A document with its versions.
        Document => DocumentId,
        /// One version of a document: one stored object.
        Version => VersionId,
        /// An upload that is under way.
        Upload => UploadId,
        /// A link sent by e-mail (only its hash is kept).
        Link => LinkId,
        /// One e-mail in the outbox.
        Mail => MailId,
        /// One download of a document by a client.
        Receipt => ReceiptId,
        /// One line of the audit log.
        Audit => AuditId,
        /// One showing of a form that makes something.
        Form => FormId,
        /// An invoice with its revisions.
        Invoice => InvoiceId,
        /// One revision of an invoice: what one PDF shows.
        Revision => RevisionId,
        /// One try to pay: the provider's page that somebody was sent to.
        Attempt => AttemptId,
        /// One fact of the ledger.
        Fact => FactId,
        /// A payment event that somebody has to look at.
        Exception => ExceptionId,
        /// A link that shows one invoice.
        PayLink => PayLinkId,
    }
}

pub use noun::{
    AccountId, AttemptId, AuditId, ClientId, CommentId, ContactId, DocumentId, ExceptionId, FactId,
    FileId, FormId, InvoiceId, LinkId, MailId, MessageId, PayLinkId, ProjectId, ReceiptId,
    RevisionId, SavedReplyId, SessionId, StaffId, TaskId, ThreadId, TicketId, TimeEntryId,
    UploadId, VersionId,
};

impl<T> Id<T> {
    /// The millisecond it was made, as it says of itself.
    pub fn moment(&self) -> Timestamp {
        let ms = self.as_bytes().iter().take(6);
        Timestamp(ms.fold(0, |ms, byte| ms << 8 | i64::from(*byte)))
    }

    /// The same chance with another moment.
    pub fn again<U>(&self, moment: Timestamp) -> Id<U> {
        let mut random = [0; 10];
        for (to, from) in random.iter_mut().zip(self.as_bytes().iter().skip(6)) {
            *to = *from;
        }
        Id::new(moment, random)
    }
}

impl UploadId {
    /// The version that the upload becomes. It takes over the id, so that completing twice makes one.
    pub fn version(self) -> VersionId {
        Id::of(self.uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_tells_when_it_was_made() {
        let moment = Timestamp(1_795_788_309_123);
        assert_eq!(ClientId::new(moment, [7; 10]).moment(), moment);
    }

    #[test]
    fn of_another_moment_it_has_the_same_chance() {
        let id = ClientId::new(Timestamp(1), [7; 10]);
        let log: AuditId = id.again(Timestamp(2));
        assert_eq!(log, AuditId::new(Timestamp(2), [7; 10]));
    }

    #[test]
    fn the_form_is_version_seven() {
        let id = ClientId::new(Timestamp(1_795_788_309_000), [0xff; 10]);
        assert_eq!(id.to_string(), "01a21d53-0208-7fff-bfff-ffffffffffff");
        assert_eq!(format!("{id:?}"), id.to_string());
    }

    #[test]
    fn only_the_canonical_form_is_read() {
        let good = "01a21d53-0208-7fff-bfff-ffffffffffff";
        assert_eq!(ClientId::parse(good).unwrap().to_string(), good);
        for bad in [
            "",
            "01A21D53-0208-7FFF-BFFF-FFFFFFFFFFFF",
            "01a21d5302087fffbfffffffffffffff",
            "{01a21d53-0208-7fff-bfff-ffffffffffff}",
            "urn:uuid:01a21d53-0208-7fff-bfff-ffffffffffff",
            " 01a21d53-0208-7fff-bfff-ffffffffffff",
            "01a21d53-0208-7fff-bfff-fffffffffffg",
        ] {
            assert_eq!(ClientId::parse(bad), Err(IdError), "{bad}");
        }
    }

    #[test]
    fn json_is_the_text_and_is_checked() {
        let id = DocumentId::new(Timestamp(1), [7; 10]);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<DocumentId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<DocumentId>("\"nothing\"").is_err());
    }

    proptest! {
        #[test]
        fn round_trips_and_sorts_by_time(a in 0i64..1 << 47, b in 0i64..1 << 47, r: [u8; 10]) {
            let (x, y) = (StaffId::new(Timestamp(a), r), StaffId::new(Timestamp(b), r));
            prop_assert_eq!(StaffId::parse(&x.to_string()), Ok(x));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.to_string().cmp(&y.to_string()), a.cmp(&b));
        }

        #[test]
        fn no_text_panics(raw: String) {
            let _ = ClientId::parse(&raw);
        }
    }
}
