//! Previews: staff looking at the portal as a client. What a guard reads of one, how it begins and ends,
//! and its lines in the audit log. What it may see is the viewer predicate's matter ([`super::viewer`]).

use const_format::formatcp;
use serde::Deserialize;

use super::news::COUNT;
use super::session::ContactRow;
use super::{Param, Statement, flag, statement};
use crate::domain::id::{AuditId, ClientId, ContactId, SessionId};
use crate::domain::time::Timestamp;

/// A live preview, with what surrounds every page of the client's.
#[derive(Debug, Deserialize)]
pub(crate) struct PreviewRow {
    /// What a session of that contact would read. Ids of what is not there yet are nil.
    pub(crate) seen: ContactRow,
    /// Whether a contact was chosen.
    #[serde(deserialize_with = "flag")]
    pub(crate) is_named: bool,
    /// JSON: the contacts of the client that can be looked as.
    pub(crate) people: String,
}

/// [`PreviewRow`], while it lives and comes with the session of staff that began it. Works while the
/// portal is off and before anybody is invited. 3600000 ms is the idle limit of staff.
pub(crate) fn live(preview: SessionId, staff_session: SessionId, now: Timestamp) -> Statement {
    statement!(
        formatcp!(
            "SELECT coalesce(ct.account_id, '00000000-0000-0000-0000-000000000000') AS account_id, \
         coalesce(ct.email, c.email, '') AS email, \
         (a.password_hash IS NOT NULL) AS has_password, \
         coalesce(ct.id, '00000000-0000-0000-0000-000000000000') AS contact_id, \
         coalesce(ct.first_name, c.name) AS first_name, coalesce(ct.last_name, '') AS last_name, \
         c.id AS client_id, c.name AS client_name, \
         (c.portal_enabled = 1 AND (ct.id IS NULL OR ct.account_id IS NOT NULL)) AS portal_open, \
         1 AS same_epoch, \
         (((b.modules | c.modules_on) & ~c.modules_off) & ~coalesce(ct.modules_off, 0)) \
          & ~CASE b.time_shown WHEN 'nothing' THEN 4 ELSE 0 END AS modules, \
         ?2 AS confirmed_at, '[]' AS others, ct.id IS NOT NULL AS is_named, \
         (SELECT json_group_array(json_object('id', o.id, 'name', trim(o.first_name || ' ' || o.last_name))) \
          FROM contacts o WHERE o.client_id = c.id AND o.removed_at IS NULL) AS people, {COUNT}, \
         b.name AS business_name, b.colour, b.logo_hash, b.logo_width, b.logo_height, \
         b.welcome_text, b.support_email, b.support_phone, 0 AS link_by_mail \
         FROM previews p \
         JOIN sessions s ON s.id = p.staff_session AND s.ended_at IS NULL AND s.expires_at > ?2 \
          AND s.seen_at > ?2 - 3600000 \
         JOIN staff st ON st.id = s.staff_id AND st.epoch = s.epoch AND st.deactivated_at IS NULL \
          AND st.role = p.role \
         JOIN clients c ON c.id = p.client_id AND c.archived_at IS NULL \
         JOIN business b ON b.id = 1 \
         LEFT JOIN contacts ct ON ct.id = p.contact_id \
         LEFT JOIN accounts a ON a.id = ct.account_id \
         WHERE p.id = ?1 AND p.staff_session = ?3 AND p.ended_at IS NULL AND p.expires_at > ?2 \
          AND (p.contact_id IS NULL OR ct.removed_at IS NULL)"
        ),
        preview.to_string(),
        now,
        staff_session.to_string()
    )
}

/// Begins a preview of a client that is not archived, as one of its contacts; which is not said, as the
/// primary one, or the first. Another preview of the same session ends.
pub(crate) fn begin(
    id: SessionId,
    staff_session: SessionId,
    client: ClientId,
    contact: Option<ContactId>,
    now: Timestamp,
    end: Timestamp,
) -> [Statement; 2] {
    [
        statement!(
            "UPDATE previews SET ended_at = ?2 WHERE staff_session = ?1 AND ended_at IS NULL",
            staff_session.to_string(),
            now
        ),
        statement!(
            "INSERT INTO previews (id, staff_session, role, client_id, contact_id, started_at, expires_at) \
             SELECT ?1, s.id, st.role, c.id, coalesce(?4, (SELECT o.id FROM contacts o \
              WHERE o.client_id = c.id AND o.removed_at IS NULL \
              ORDER BY o.is_primary DESC, o.rowid LIMIT 1)), ?5, ?6 \
             FROM sessions s JOIN staff st ON st.id = s.staff_id \
             JOIN clients c ON c.id = ?3 AND c.archived_at IS NULL \
             WHERE s.id = ?2 AND (?4 IS NULL OR EXISTS (SELECT 1 FROM contacts o \
              WHERE o.id = ?4 AND o.client_id = c.id AND o.removed_at IS NULL))",
            id.to_string(),
            staff_session.to_string(),
            client.to_string(),
            Param::from(contact.map(|id| id.to_string())),
            now,
            end
        ),
    ]
}

/// Looks as another contact of the same client.
pub(crate) fn look_as(
    preview: SessionId,
    staff_session: SessionId,
    contact: ContactId,
    now: Timestamp,
) -> Statement {
    statement!(
        "UPDATE previews SET contact_id = ?3 WHERE id = ?1 AND staff_session = ?2 AND ended_at IS NULL \
          AND expires_at > ?4 AND EXISTS (SELECT 1 FROM contacts o WHERE o.id = ?3 \
           AND o.client_id = previews.client_id AND o.removed_at IS NULL)",
        preview.to_string(),
        staff_session.to_string(),
        contact.to_string(),
        now
    )
}

/// A preview that was just left.
#[derive(Debug, Deserialize)]
pub(crate) struct Left {
    pub(crate) client_id: ClientId,
}

/// Ends a preview and tells whose it was; also of one that has run out by itself.
pub(crate) fn end(preview: SessionId, staff_session: SessionId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE previews SET ended_at = coalesce(ended_at, min(?3, expires_at)) \
         WHERE id = ?1 AND staff_session = ?2 RETURNING client_id",
        preview.to_string(),
        staff_session.to_string(),
        now
    )
}

/// A line of the audit log about a preview: `preview.started`, `preview.page` or `preview.ended`, as the
/// member of staff, with the page, if any, and whom they looked as. None without such a preview.
pub(crate) fn note(
    id: AuditId,
    preview: SessionId,
    action: &'static str,
    page: &str,
    address: &str,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
         client_id, detail, address) \
         SELECT ?1, ?2, 'staff', st.id, st.name, ?3, p.id, p.client_id, \
          CASE ?5 WHEN '' THEN '' ELSE ?5 || ' as ' END \
          || coalesce(trim(ct.first_name || ' ' || ct.last_name) || ', ', '') || c.name, ?6 \
         FROM previews p JOIN sessions s ON s.id = p.staff_session JOIN staff st ON st.id = s.staff_id \
         JOIN clients c ON c.id = p.client_id LEFT JOIN contacts ct ON ct.id = p.contact_id \
         WHERE p.id = ?4 AND (?3 <> 'preview.page' OR (p.ended_at IS NULL AND p.expires_at > ?2))",
        id.to_string(),
        now,
        action,
        preview.to_string(),
        page,
        address
    )
}
