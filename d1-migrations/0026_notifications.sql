-- What is new since somebody last looked: the bell of both sides.
--
-- Nothing is stored of a piece of news itself. What a client is told of is read from the documents, invoices,
-- tickets and tasks that they may see at that moment, so what was taken back is no news any more; what staff are
-- told of is read from the log.
ALTER TABLE contacts ADD COLUMN news_seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN news_seen_at INTEGER NOT NULL DEFAULT 0;

-- Who is there already has seen what is there already.
UPDATE contacts SET news_seen_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE account_id IS NOT NULL;
UPDATE staff SET news_seen_at = CAST(unixepoch('subsec') * 1000 AS INTEGER);

-- Entries of the log that tell staff what a client, a client's person or the payment provider did.
ALTER TABLE audit ADD COLUMN is_news INTEGER GENERATED ALWAYS AS (
  principal IN ('contact', 'system') AND (
    action IN ('invitation.accepted', 'profile.unsubscribed')
    OR (substr(action, 1, 5) IN ('task.', 'uploa') )
    OR (substr(action, 1, 7) = 'ticket.' AND substr(action, 1, 12) <> 'ticket.file_' AND action <> 'ticket.closed')
    OR (substr(action, 1, 8) IN ('payment.', 'message.') AND substr(action, 1, 13) <> 'message.file_' AND action <> 'payment.processing')
  )) VIRTUAL;
CREATE INDEX audit_news ON audit (at, id) WHERE is_news = 1;

CREATE INDEX documents_shown_from ON documents (client_id, visible_from) WHERE visible = 1 AND deleted_at IS NULL AND visible_from IS NOT NULL;
CREATE INDEX invoices_sent_of_client ON invoices (client_id, sent_at) WHERE state = 'sent';
CREATE INDEX tasks_asked ON tasks (client_id, updated_at) WHERE waits = 1;
