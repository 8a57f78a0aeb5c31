//! What was read: noted in the batch that reads it, so a message that comes meanwhile stays unread.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::ThreadId;
use crate::domain::module::Module;
use crate::store::Statement;
use crate::store::viewer::Asker;

/// `me`: the member of staff whose session `?1` is alive at `?2`; 3600000 ms is its idle limit.
pub(super) const ME: &str = "WITH me AS (\
     SELECT st.id FROM sessions s JOIN staff st ON st.id = s.staff_id AND st.epoch = s.epoch \
      AND st.deactivated_at IS NULL \
     WHERE s.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 3600000) ";

/// A contact has read a thread to its end. A preview has no session, so it reads nothing as read.
pub(crate) fn by_contact(asker: &Asker, thread: ThreadId) -> Statement {
    asker.threads(
        "INSERT INTO thread_readers (thread_id, reader_id, contact_id, read_seq, read_at, said_at) \
         SELECT t.id, t.contact_id, t.contact_id, t.last_seq, ?2, t.said_at FROM thread_seen t \
         WHERE t.id = ?4 AND t.session_id IS NOT NULL \
         ON CONFLICT (thread_id, reader_id) DO UPDATE SET read_seq = excluded.read_seq, read_at = excluded.read_at, \
          unread = 0, due_at = NULL WHERE read_seq < excluded.read_seq",
        [thread.to_string().into()],
    )
}

/// A member of staff has.
pub(crate) fn by_staff(asker: &Asker, thread: ThreadId) -> Statement {
    Statement::new(
        formatcp!(
            "INSERT INTO thread_readers (thread_id, reader_id, staff_id, read_seq, read_at, said_at) \
             {ME}SELECT t.id, me.id, me.id, t.last_seq, ?2, t.said_at FROM me CROSS JOIN threads t ON t.id = ?3 \
             WHERE true \
             ON CONFLICT (thread_id, reader_id) DO UPDATE SET read_seq = excluded.read_seq, \
              read_at = excluded.read_at, unread = 0, due_at = NULL WHERE read_seq < excluded.read_seq"
        ),
        [
            asker.session.to_string().into(),
            asker.now.into(),
            thread.to_string().into(),
        ],
    )
}

/// How much somebody has not read.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Unread {
    /// Messages.
    pub(crate) messages: u64,
    /// Threads; [`Unread::MOST`] stands for more too, and then there may be more messages.
    pub(crate) threads: u64,
}

impl Unread {
    /// Threads that are counted.
    pub(crate) const MOST: u64 = 25;
}

/// [`Unread`] of the viewer, in what they may see, where Messages is on.
pub(crate) fn of_contact(asker: &Asker) -> Statement {
    asker.of(Module::Messages).threads(
        "SELECT coalesce(sum(u.unread), 0) AS messages, count(*) AS threads FROM (SELECT r.unread FROM viewer v \
         CROSS JOIN thread_readers r ON r.reader_id = v.contact_id AND r.unread > 0 \
         CROSS JOIN thread_seen t ON t.id = r.thread_id LIMIT 25) u",
        [],
    )
}

/// [`Unread`] of who is signed in of the staff.
pub(crate) fn of_staff(asker: &Asker) -> Statement {
    Statement::new(
        formatcp!(
            "{ME}SELECT coalesce(sum(u.unread), 0) AS messages, count(*) AS threads FROM (SELECT r.unread FROM me \
             CROSS JOIN thread_readers r ON r.reader_id = me.id AND r.unread > 0 LIMIT 25) u"
        ),
        [asker.session.to_string().into(), asker.now.into()],
    )
}
