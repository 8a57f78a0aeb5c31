//! The one predicate of the client side.
//!
//! Every statement that reads for a client begins with who asks ([`WHO`]) and with `viewer` ([`VIEWER`]), which
//! yields one row while the session may see that module of that client, and none otherwise. Lists, details,
//! downloads and counters join it, so none of them can forget a condition.

use const_format::formatcp;

use super::{Param, Statement};
use crate::domain::id::SessionId;
use crate::domain::module::Module;
use crate::domain::next::Side;
use crate::domain::time::Timestamp;

/// `who`: live session ∧ account's epoch ∧ contact active ∧ client not archived ∧ portal enabled ∧
/// portal's epoch, with the modules that are on for them. `?1` session, `?2` now. 86400000 ms is the idle limit of a
/// client's session.
pub(crate) const WHO: &str = "WITH who AS (\
     SELECT s.id AS session_id, a.id AS account_id, ct.id AS contact_id, c.id AS client_id, \
     ((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off AS modules \
     FROM sessions s \
     JOIN accounts a ON a.id = s.account_id AND a.epoch = s.epoch \
     JOIN contacts ct ON ct.id = s.contact_id AND ct.account_id = a.id \
      AND ct.portal_access = 1 AND ct.removed_at IS NULL \
     JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL \
      AND c.portal_enabled = 1 AND c.portal_epoch = s.portal_epoch \
     JOIN business b ON b.id = 1 \
     WHERE s.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 86400000)";

/// The same of staff who look as a client: `?1` is the preview. Live session of staff (3600000 ms idle)
/// ∧ of the role it began with ∧ not ended ∧ client not archived ∧ contact not removed. It
/// yields no `session_id`, so what is written from it, such as a receipt, is refused by the column.
pub(crate) const WHO_PREVIEWS: &str = "WITH who AS (\
     SELECT NULL AS session_id, ct.account_id, ct.id AS contact_id, c.id AS client_id, \
     ((b.modules | c.modules_on) & ~c.modules_off) & ~coalesce(ct.modules_off, 0) AS modules FROM previews look \
     JOIN sessions s ON s.id = look.staff_session AND s.ended_at IS NULL AND s.expires_at > ?2 \
      AND s.seen_at > ?2 - 3600000 \
     JOIN staff st ON st.id = s.staff_id AND st.epoch = s.epoch AND st.deactivated_at IS NULL \
      AND st.role = look.role \
     JOIN clients c ON c.id = look.client_id AND c.archived_at IS NULL \
     JOIN business b ON b.id = 1 \
     LEFT JOIN contacts ct ON ct.id = look.contact_id \
     WHERE look.id = ?1 AND look.ended_at IS NULL AND look.expires_at > ?2 \
      AND (look.contact_id IS NULL OR ct.removed_at IS NULL))";

/// What is taken over from `who`.
const WHO_COLUMNS: &str = "asker.session_id, asker.account_id, asker.contact_id, asker.client_id";

/// `?3` module bit (0: none asked).
const MODULE_ON: &str = "asker.modules & ?3 = ?3";

/// `viewer`: who asks ∧ module on.
pub(super) const VIEWER: &str =
    formatcp!("viewer AS (SELECT {WHO_COLUMNS} FROM who asker WHERE {MODULE_ON}) ");

/// The same where `asker` is a row around the read, as it is for those that go to D1 together (see [`super::joined`]). The
/// table of one row that stands there instead of it says to the planner that there is one, so that what comes sorted from
/// an index needs no sorting. No read has another thing called `asker`, which would be asked instead
/// (`tests/http/query-plans.test.mjs`).
pub(super) const VIEWER_ON_ROW: &str = formatcp!(
    "viewer AS (SELECT {WHO_COLUMNS} FROM business one WHERE one.id = 1 AND {MODULE_ON}) "
);

/// `shared`: the documents that the viewer may see now. Beside [`VIEWER`]'s own conditions: of that
/// client ∧ visible ∧ not deleted ∧ from ≤ now < until. `domain::document` says the same in Rust.
pub(crate) const SHARED: &str = ", shared AS (\
     SELECT d.id, d.client_id, d.title, d.folder, d.description, d.published_at, d.visible_from, \
     d.visible_until, d.version_id, d.sent_by, v.contact_id, v.session_id FROM viewer v \
     JOIN documents d ON d.client_id = v.client_id AND d.visible = 1 AND d.deleted_at IS NULL \
      AND (d.visible_from IS NULL OR d.visible_from <= ?2) \
      AND (d.visible_until IS NULL OR d.visible_until > ?2)) ";

/// `project_seen`: the projects that the viewer may see. Of that client ∧ visible.
pub(crate) const PROJECTS: &str = ", project_seen AS (\
     SELECT p.id, p.name, p.description, p.status, p.is_open, p.by_tasks, p.percent, p.tasks, \
     p.tasks_done, p.starts_on, p.due_on, v.contact_id FROM viewer v \
     JOIN projects p ON p.client_id = v.client_id AND p.visible = 1) ";

/// `task_seen`: the tasks that the viewer may see. Of that client ∧ visible.
pub(crate) const TASKS: &str = ", task_seen AS (\
     SELECT t.id, t.project_id, t.title, t.description, t.status, t.is_closed, t.asks, t.answer, \
     t.answered_by, t.answered_at, t.waits, t.due_on, t.position, t.updated_at, v.contact_id FROM viewer v \
     JOIN tasks t ON t.client_id = v.client_id AND t.visible = 1) ";

/// `ticket_seen`: the tickets that the viewer may see, without what is the business's own affair. Of that
/// client.
pub(crate) const TICKETS: &str = ", ticket_seen AS (\
     SELECT t.id, t.number, t.client_id, t.subject, t.category, t.status, t.is_open, t.follows, t.merged_into, \
     t.said_at, t.created_at, v.contact_id, v.session_id FROM viewer v \
     JOIN tickets t ON t.client_id = v.client_id) ";

/// `thread_seen`: the threads that the viewer may see. Of that client ∧ about no project, or about one that
/// is visible: `threads.shown`.
pub(crate) const THREADS: &str = ", thread_seen AS (\
     SELECT t.id, t.client_id, t.project_id, t.subject, t.last_seq, t.last_author, t.last_words, t.said_at, \
     t.created_at, v.contact_id, v.session_id FROM viewer v JOIN threads t ON t.client_id = v.client_id AND t.shown = 1) ";

/// `time_seen`: the entries of time that the viewer may see: of that client ∧ entries are shown ∧
/// billable, or all is shown, each by an index of its own. The name of who did it comes where names are shown. `time_sum_seen`: the
/// sums of months that the viewer may see, in the same way, where anything is shown; of all (`*`) and of each
/// project. `time_part_seen`: those of all projects, by month.
pub(crate) const TIME: &str = ", time_seen AS (\
     SELECT e.id, e.project_id, e.task_id, e.day, e.minutes, e.description, e.billable, e.invoice_id, \
     CASE b.time_shown WHEN 'people' THEN st.name END AS person \
     FROM viewer v CROSS JOIN business b ON b.id = 1 AND b.time_shown IN ('entries', 'people') AND b.time_all = 0 \
     CROSS JOIN time_entries e ON e.client_id = v.client_id AND e.billable = 1 \
     CROSS JOIN staff st ON st.id = e.staff_id \
     UNION ALL SELECT e.id, e.project_id, e.task_id, e.day, e.minutes, e.description, e.billable, e.invoice_id, \
     CASE b.time_shown WHEN 'people' THEN st.name END AS person \
     FROM viewer v CROSS JOIN business b ON b.id = 1 AND b.time_shown IN ('entries', 'people') AND b.time_all = 1 \
     CROSS JOIN time_entries e ON e.client_id = v.client_id CROSS JOIN staff st ON st.id = e.staff_id), \
     time_sum_seen AS (SELECT s.span, s.project_id, s.unbilled + s.billed AS billable, \
     s.unbilled + s.billed + s.not_billable * b.time_all AS minutes \
     FROM viewer v CROSS JOIN business b ON b.id = 1 AND b.time_shown <> 'nothing' \
     CROSS JOIN time_spent s ON s.client_id = v.client_id AND s.staff_id = '*' AND s.is_month = 1 \
      AND (s.unbilled + s.billed > 0 OR b.time_all = 1)), \
     time_part_seen AS (SELECT s.span, s.project_id, s.unbilled + s.billed + s.not_billable * b.time_all AS minutes \
     FROM viewer v CROSS JOIN business b ON b.id = 1 AND b.time_shown <> 'nothing' \
     CROSS JOIN time_spent s INDEXED BY time_spent_on_projects ON s.client_id = v.client_id AND s.staff_id = '*' \
      AND s.is_month = 1 AND s.project_id <> '*' AND (s.unbilled + s.billed > 0 OR b.time_all = 1)) ";

/// Who asks, when, and for which module: what [`WHO`] and [`VIEWER`] need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    /// The session that the cookie names, or the preview.
    pub(crate) session: SessionId,
    /// The side it belongs to.
    pub(crate) side: Side,
    /// Whether staff look as a client: `session` is then the preview.
    pub(crate) preview: bool,
    /// The moment of the request.
    pub(crate) now: Timestamp,
    /// The module the page belongs to.
    pub(crate) module: Option<Module>,
    /// A second module that it needs.
    pub(crate) also: Option<Module>,
}

impl Asker {
    /// A statement that reads `FROM viewer`; its own parameters start at `?4`.
    pub(crate) fn statement(
        &self,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Statement {
        self.seeing("", sql, params)
    }

    /// A statement that reads `FROM shared`; its own parameters start at `?4`.
    pub(crate) fn shared(
        &self,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Statement {
        self.seeing(SHARED, sql, params)
    }

    /// A statement that reads `FROM project_seen`; its own parameters start at `?4`.
    pub(crate) fn projects(
        &self,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Statement {
        self.seeing(PROJECTS, sql, params)
    }

    /// A statement that reads `FROM task_seen`; its own parameters start at `?4`.
    pub(crate) fn tasks(
        &self,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Statement {
        self.seeing(TASKS, sql, params)
    }

    /// A statement that reads `FROM ticket_seen`; its own parameters start at `?4`.
    pub(crate) fn tickets(
        &self,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Statement {
        self.seeing(TICKETS, sql, params)
    }

    /// A statement that reads `FROM thread_seen`; its own parameters start at `?4`.
    pub(crate) fn threads(
        &self,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Statement {
        self.seeing(THREADS, sql, params)
    }

    /// A statement that reads `FROM time_seen`, `FROM time_sum_seen` or `FROM time_part_seen`; its own parameters start at `?4`.
    pub(crate) fn time(
        &self,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Statement {
        self.seeing(TIME, sql, params)
    }

    /// The same person, asking for what needs a module beside that of the page.
    pub(crate) const fn of(&self, module: Module) -> Self {
        Self {
            also: Some(module),
            ..*self
        }
    }

    fn seeing(
        &self,
        head: &'static str,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Statement {
        let who = if self.preview { WHO_PREVIEWS } else { WHO };
        let modules = self.module.map_or(0, Module::bit) | self.also.map_or(0, Module::bit);
        let mine = [
            self.session.to_string().into(),
            self.now.into(),
            i64::from(modules).into(),
        ];
        let mut statement = Statement::after(head, sql, mine.into_iter().chain(params));
        statement.text.who = Some(who);
        statement
    }
}
