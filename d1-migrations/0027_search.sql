-- Finding by words: documents, invoices, projects, tasks and tickets. Clients and their people have
-- client_words.
--
-- A row says that one word finds one thing. The words are made from the texts by the worker (domain::search),
-- which knows every alphabet. Triggers note what changed, so that no way of writing can forget to, and a job
-- goes through the notes right after the response, or within the minute. Whether somebody may see what was
-- found is asked of its own table when the answer is read, never of this one.
--
-- Plain tables, because D1 cannot export virtual ones (FTS5).
CREATE TABLE search_words (
  kind             TEXT    NOT NULL,                     -- 'document', 'invoice', 'project', 'task', 'ticket'
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  word             TEXT    NOT NULL,                     -- lowercase
  item_id          TEXT    NOT NULL,
  PRIMARY KEY (kind, client_id, word, item_id DESC)      -- the newest of a word first
) STRICT, WITHOUT ROWID;
CREATE INDEX search_words_of_all ON search_words (kind, word, item_id DESC);
CREATE INDEX search_words_of_item ON search_words (item_id, word);

-- What the words are to be made anew of.
CREATE TABLE search_changes (
  seq              INTEGER PRIMARY KEY AUTOINCREMENT,
  kind             TEXT    NOT NULL,
  item_id          TEXT    NOT NULL
) STRICT;

CREATE TRIGGER search_document_made AFTER INSERT ON documents
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('document', NEW.id); END;
CREATE TRIGGER search_document_changed AFTER UPDATE OF title, folder, description, version_id, deleted_at ON documents
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('document', NEW.id); END;
CREATE TRIGGER search_invoice_changed AFTER UPDATE OF number, own_number, revision_id ON invoices
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('invoice', NEW.id); END;
CREATE TRIGGER search_revision_made AFTER INSERT ON invoice_revisions
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('invoice', NEW.invoice_id); END;
CREATE TRIGGER search_revision_changed AFTER UPDATE OF content ON invoice_revisions
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('invoice', NEW.invoice_id); END;
CREATE TRIGGER search_project_made AFTER INSERT ON projects
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('project', NEW.id); END;
CREATE TRIGGER search_project_changed AFTER UPDATE OF name, description ON projects
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('project', NEW.id); END;
CREATE TRIGGER search_task_made AFTER INSERT ON tasks
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('task', NEW.id); END;
CREATE TRIGGER search_task_changed AFTER UPDATE OF title, description ON tasks
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('task', NEW.id); END;
CREATE TRIGGER search_ticket_made AFTER INSERT ON tickets
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('ticket', NEW.id); END;
CREATE TRIGGER search_ticket_changed AFTER UPDATE OF subject, category ON tickets
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('ticket', NEW.id); END;

-- What was there before.
INSERT INTO search_changes (kind, item_id) SELECT 'document', id FROM documents WHERE deleted_at IS NULL;
INSERT INTO search_changes (kind, item_id) SELECT 'invoice', id FROM invoices;
INSERT INTO search_changes (kind, item_id) SELECT 'project', id FROM projects;
INSERT INTO search_changes (kind, item_id) SELECT 'task', id FROM tasks;
INSERT INTO search_changes (kind, item_id) SELECT 'ticket', id FROM tickets;
