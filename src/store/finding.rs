//! One box that finds everything: the words that find a thing, and what they find for whom.
//!
//! `search_words` says only that a word may find something. Whether the one who asks may see it is decided
//! by the same predicates as the lists, which every answer is joined with.
//!
//! At most 12 things are tried for each word asked, so that a page costs the same however common the
//! words are; a rarer word beside a common one leads to what has both. For a client they are nine that
//! they may see: what is hidden from them is passed over and counts for nothing.

use const_format::formatcp;
use serde::{Deserialize, Serialize};

use super::viewer::Asker;
use super::{Error, Param, Statement, statement};
use crate::domain::id::ClientId;
use crate::domain::module::Module;
use crate::domain::search;

/// Things shown of each kind.
pub(crate) const SHOWN: usize = 8;

/// What was found, whatever it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Hit {
    /// `document`, `invoice`, `project`, `task`, `ticket`, `thread`, `client`.
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) title: String,
    /// More of it: a folder, a status, a day.
    pub(crate) note: String,
    /// Whose it is; empty for the client itself.
    pub(crate) client: String,
}

/// A question, as three pairs of the first and the first one after of the words that fit it.
#[derive(Debug)]
pub(crate) struct Question([String; 6]);

impl Question {
    /// Nothing to be found by nothing.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let words = search::asked(text);
        if words.is_empty() {
            return None;
        }
        let mut ends: [String; 6] = Default::default();
        for (pair, word) in ends.chunks_exact_mut(2).zip(&words) {
            if let [from, to] = pair {
                from.clone_from(word);
                *to = search::after(word);
            }
        }
        Some(Self(ends))
    }

    /// The words, and the kind asked for.
    fn params(&self, kind: &'static str) -> Vec<Param> {
        let words = self.0.iter().map(String::as_str);
        words.chain([kind]).map(Param::from).collect()
    }
}

/// `f`: the ids of things of the viewer's client of the kind `?10` that have each of the words `?4` … `?9`, of
/// those in `may`, which the viewer may see. What they may not see takes no place among the nine, so nobody
/// learns its words by what falls out of them.
const MINE: &str = "(SELECT DISTINCT n.item_id AS id FROM (\
      SELECT * FROM (SELECT DISTINCT w.item_id FROM search_words w WHERE w.kind = ?10 AND w.client_id = (SELECT client_id FROM viewer) \
       AND w.word >= ?4 AND w.word < ?5 AND EXISTS (SELECT 1 FROM may z WHERE z.id = w.item_id) \
       ORDER BY w.word, w.item_id DESC LIMIT 9) UNION ALL \
      SELECT * FROM (SELECT DISTINCT w.item_id FROM search_words w WHERE w.kind = ?10 AND w.client_id = (SELECT client_id FROM viewer) \
       AND w.word >= ?6 AND w.word < ?7 AND EXISTS (SELECT 1 FROM may z WHERE z.id = w.item_id) \
       ORDER BY w.word, w.item_id DESC LIMIT 9) UNION ALL \
      SELECT * FROM (SELECT DISTINCT w.item_id FROM search_words w WHERE w.kind = ?10 AND w.client_id = (SELECT client_id FROM viewer) \
       AND w.word >= ?8 AND w.word < ?9 AND EXISTS (SELECT 1 FROM may z WHERE z.id = w.item_id) \
       ORDER BY w.word, w.item_id DESC LIMIT 9)) n \
     WHERE (?6 = '' OR (EXISTS (SELECT 1 FROM search_words x WHERE x.item_id = n.item_id AND x.word >= ?4 AND x.word < ?5) \
       AND EXISTS (SELECT 1 FROM search_words x WHERE x.item_id = n.item_id AND x.word >= ?6 AND x.word < ?7))) \
      AND (?8 = '' OR EXISTS (SELECT 1 FROM search_words x WHERE x.item_id = n.item_id AND x.word >= ?8 AND x.word < ?9))) f";
/// The same of every client: the kind is `?7`, the words are `?1` … `?6`.
const ALL: &str = "(SELECT DISTINCT n.item_id AS id FROM (\
      SELECT * FROM (SELECT w.item_id FROM search_words w WHERE w.kind = ?7 \
       AND w.word >= ?1 AND w.word < ?2 ORDER BY w.word, w.item_id DESC LIMIT 12) UNION ALL \
      SELECT * FROM (SELECT w.item_id FROM search_words w WHERE w.kind = ?7 \
       AND w.word >= ?3 AND w.word < ?4 ORDER BY w.word, w.item_id DESC LIMIT 12) UNION ALL \
      SELECT * FROM (SELECT w.item_id FROM search_words w WHERE w.kind = ?7 \
       AND w.word >= ?5 AND w.word < ?6 ORDER BY w.word, w.item_id DESC LIMIT 12)) n \
     WHERE (?3 = '' OR (EXISTS (SELECT 1 FROM search_words x WHERE x.item_id = n.item_id AND x.word >= ?1 AND x.word < ?2) \
       AND EXISTS (SELECT 1 FROM search_words x WHERE x.item_id = n.item_id AND x.word >= ?3 AND x.word < ?4))) \
      AND (?5 = '' OR EXISTS (SELECT 1 FROM search_words x WHERE x.item_id = n.item_id AND x.word >= ?5 AND x.word < ?6))) f";

/// What the viewer may see: a statement for each kind, in the order of the page.
pub(crate) fn seen(asker: &Asker, question: &Question) -> Vec<Statement> {
    vec![
        asker.of(Module::Projects).projects(
            formatcp!(
                ", may AS (SELECT id FROM project_seen) SELECT ?10 AS kind, p.id, p.name AS title, p.status AS note, '' AS client \
                 FROM {MINE} CROSS JOIN project_seen p ON p.id = f.id ORDER BY p.id DESC LIMIT 9"
            ),
            question.params("project"),
        ),
        asker.of(Module::Tasks).tasks(
            formatcp!(
                ", may AS (SELECT id FROM task_seen) SELECT ?10 AS kind, t.id, t.title, t.status AS note, '' AS client \
                 FROM {MINE} CROSS JOIN task_seen t ON t.id = f.id ORDER BY t.id DESC LIMIT 9"
            ),
            question.params("task"),
        ),
        asker.of(Module::Documents).shared(
            formatcp!(
                ", may AS (SELECT id FROM shared) SELECT ?10 AS kind, s.id, s.title, s.folder AS note, '' AS client \
                 FROM {MINE} CROSS JOIN shared s ON s.id = f.id ORDER BY s.id DESC LIMIT 9"
            ),
            question.params("document"),
        ),
        asker.of(Module::Billing).statement(
            formatcp!(
                ", may AS (SELECT id FROM invoices WHERE state <> 'draft') SELECT ?10 AS kind, i.id, i.number AS title, i.issued_on AS note, '' AS client \
                 FROM {MINE} CROSS JOIN viewer v CROSS JOIN invoices i ON i.id = f.id AND i.client_id = v.client_id \
                 AND i.state <> 'draft' ORDER BY i.id DESC LIMIT 9"
            ),
            question.params("invoice"),
        ),
        asker.of(Module::SupportTickets).tickets(
            formatcp!(
                ", may AS (SELECT id FROM ticket_seen WHERE merged_into IS NULL) SELECT ?10 AS kind, t.id, t.subject AS title, '#' || t.number AS note, '' AS client \
                 FROM {MINE} CROSS JOIN ticket_seen t ON t.id = f.id AND t.merged_into IS NULL \
                 ORDER BY t.id DESC LIMIT 9"
            ),
            question.params("ticket"),
        ),
        asker.of(Module::Messages).threads(
            formatcp!(
                ", may AS (SELECT id FROM thread_seen) SELECT ?10 AS kind, t.id, t.subject AS title, t.last_author AS note, '' AS client \
                 FROM {MINE} CROSS JOIN thread_seen t ON t.id = f.id ORDER BY t.id DESC LIMIT 9"
            ),
            question.params("thread"),
        ),
    ]
}

/// What staff see: everything, things of archived clients too.
pub(crate) fn all(question: &Question) -> Vec<Statement> {
    vec![
        Statement::new(
            // The words of a client and of its people have a table of their own.
            "SELECT ?7 AS kind, c.id, c.name AS title, c.reference AS note, '' AS client FROM (\
              SELECT DISTINCT n.client_id FROM (\
               SELECT * FROM (SELECT w.client_id FROM client_words w WHERE w.word >= ?1 AND w.word < ?2 LIMIT 12) UNION ALL \
               SELECT * FROM (SELECT w.client_id FROM client_words w WHERE w.word >= ?3 AND w.word < ?4 LIMIT 12) UNION ALL \
               SELECT * FROM (SELECT w.client_id FROM client_words w WHERE w.word >= ?5 AND w.word < ?6 LIMIT 12)) n) f \
             CROSS JOIN clients c ON c.id = f.client_id \
             WHERE EXISTS (SELECT 1 FROM client_words x WHERE x.client_id = c.id AND x.word >= ?1 AND x.word < ?2) \
              AND (?3 = '' OR EXISTS (SELECT 1 FROM client_words x WHERE x.client_id = c.id AND x.word >= ?3 AND x.word < ?4)) \
              AND (?5 = '' OR EXISTS (SELECT 1 FROM client_words x WHERE x.client_id = c.id AND x.word >= ?5 AND x.word < ?6)) \
             ORDER BY c.name_key, c.id LIMIT 9",
            question.params("client"),
        ),
        Statement::new(
            formatcp!(
                "SELECT ?7 AS kind, p.id, p.name AS title, p.status AS note, c.name AS client FROM {ALL} \
                 CROSS JOIN projects p ON p.id = f.id CROSS JOIN clients c ON c.id = p.client_id \
                 ORDER BY p.id DESC LIMIT 9"
            ),
            question.params("project"),
        ),
        Statement::new(
            formatcp!(
                "SELECT ?7 AS kind, t.id, t.title, t.status AS note, c.name AS client FROM {ALL} \
                 CROSS JOIN tasks t ON t.id = f.id CROSS JOIN clients c ON c.id = t.client_id \
                 ORDER BY t.id DESC LIMIT 9"
            ),
            question.params("task"),
        ),
        Statement::new(
            formatcp!(
                "SELECT ?7 AS kind, d.id, d.title, d.folder AS note, c.name AS client FROM {ALL} \
                 CROSS JOIN documents d ON d.id = f.id AND d.deleted_at IS NULL \
                 CROSS JOIN clients c ON c.id = d.client_id ORDER BY d.id DESC LIMIT 9"
            ),
            question.params("document"),
        ),
        Statement::new(
            formatcp!(
                "SELECT ?7 AS kind, i.id, coalesce(i.number, i.own_number, '') AS title, i.issued_on AS note, \
                  c.name AS client FROM {ALL} CROSS JOIN invoices i ON i.id = f.id \
                 CROSS JOIN clients c ON c.id = i.client_id ORDER BY i.id DESC LIMIT 9"
            ),
            question.params("invoice"),
        ),
        Statement::new(
            formatcp!(
                "SELECT ?7 AS kind, t.id, t.subject AS title, '#' || t.number AS note, c.name AS client FROM {ALL} \
                 CROSS JOIN tickets t ON t.id = f.id AND t.merged_into IS NULL \
                 CROSS JOIN clients c ON c.id = t.client_id ORDER BY t.id DESC LIMIT 9"
            ),
            question.params("ticket"),
        ),
        Statement::new(
            formatcp!(
                "SELECT ?7 AS kind, t.id, t.subject AS title, t.last_author AS note, c.name AS client FROM {ALL} \
                 CROSS JOIN threads t ON t.id = f.id CROSS JOIN clients c ON c.id = t.client_id \
                 ORDER BY t.id DESC LIMIT 9"
            ),
            question.params("thread"),
        ),
    ]
}

/// A thing whose words are to be made anew.
#[derive(Debug, Deserialize)]
pub(crate) struct Changed {
    pub(crate) seq: i64,
    pub(crate) kind: String,
    pub(crate) item_id: String,
    /// Whose it is; none where it is gone.
    pub(crate) client_id: Option<ClientId>,
    /// All its texts.
    pub(crate) text: Option<String>,
}

/// Things taken in one go.
pub(crate) const TAKEN: usize = 40;

/// The [`TAKEN`] things that changed longest ago. Of a ticket, what staff note among themselves is no text of
/// it, and neither is what was said: only what its list shows.
pub(crate) fn changed() -> Statement {
    statement!(
        "SELECT s.seq, s.kind, s.item_id, \
          CASE s.kind WHEN 'document' THEN d.client_id WHEN 'invoice' THEN i.client_id WHEN 'project' THEN p.client_id \
           WHEN 'task' THEN t.client_id WHEN 'thread' THEN h.client_id ELSE k.client_id END AS client_id, \
          CASE s.kind WHEN 'document' THEN d.title || ' ' || v.file_name || ' ' || d.folder || ' ' || d.description \
           WHEN 'invoice' THEN coalesce(i.number, '') || ' ' || coalesce(i.own_number, '') || ' ' || \
            coalesce(json_extract(r.content, '$.reference'), '') \
           WHEN 'project' THEN p.name || ' ' || p.description WHEN 'task' THEN t.title || ' ' || t.description WHEN 'thread' THEN h.subject \
           ELSE k.number || ' ' || k.subject || ' ' || k.category END AS text \
         FROM (SELECT seq, kind, item_id FROM search_changes WHERE seq > 0 ORDER BY seq LIMIT 40) s \
         LEFT JOIN documents d ON d.id = s.item_id AND d.deleted_at IS NULL LEFT JOIN document_versions v ON v.id = d.version_id \
         LEFT JOIN invoices i ON i.id = s.item_id LEFT JOIN invoice_revisions r ON r.id = i.revision_id \
         LEFT JOIN projects p ON p.id = s.item_id LEFT JOIN tasks t ON t.id = s.item_id \
         LEFT JOIN tickets k ON k.id = s.item_id LEFT JOIN threads h ON h.id = s.item_id ORDER BY s.seq"
    )
}

#[derive(Serialize)]
struct Row<'a>(&'a str, String, String, &'a str);

/// Writes the words of what changed and takes the notes away, unless somebody else has been through them
/// meanwhile, who read what was newer.
pub(crate) fn learn(changed: &[Changed]) -> Result<Vec<Statement>, Error> {
    let Some(last) = changed.last() else {
        return Ok(Vec::new());
    };
    let items: Vec<&str> = changed.iter().map(|item| item.item_id.as_str()).collect();
    let mut rows = Vec::new();
    for item in changed {
        let Some((client, text)) = item.client_id.zip(item.text.as_deref()) else {
            continue;
        };
        for word in search::words([text]) {
            rows.push(Row(&item.kind, client.to_string(), word, &item.item_id));
        }
    }
    let seqs: Vec<i64> = changed.iter().map(|item| item.seq).collect();
    Ok(vec![
        statement!(
            "DELETE FROM search_words WHERE item_id IN (SELECT value FROM json_each(?1)) \
             AND EXISTS (SELECT 1 FROM search_changes WHERE seq = ?2)",
            serde_json::to_string(&items)?,
            last.seq
        ),
        statement!(
            "INSERT OR IGNORE INTO search_words (kind, client_id, word, item_id) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1) \
             WHERE EXISTS (SELECT 1 FROM search_changes WHERE seq = ?2)",
            serde_json::to_string(&rows)?,
            last.seq
        ),
        statement!(
            "DELETE FROM search_changes WHERE seq IN (SELECT value FROM json_each(?1))",
            serde_json::to_string(&seqs)?
        ),
    ])
}
