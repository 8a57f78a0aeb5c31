-- Files of clients come in parts too. The table is made anew, because who sends may be a contact now; all that
-- was there keeps its name and meaning, so a worker of the release before runs on it unchanged.
PRAGMA defer_foreign_keys = on;
CREATE TABLE uploads_made_anew (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  document_id      TEXT    REFERENCES documents (id),    -- set for a new version
  blob             TEXT    NOT NULL UNIQUE,
  multipart_id     TEXT,                                 -- R2's upload id, for uploads in parts
  file_name        TEXT    NOT NULL,
  content_type     TEXT    NOT NULL,
  size             INTEGER NOT NULL,
  part_size        INTEGER NOT NULL DEFAULT 0,
  fields           TEXT    NOT NULL DEFAULT '{}',        -- JSON: title, folder, visible, notify
  created_by       TEXT    REFERENCES staff (id),
  sent_by          TEXT    REFERENCES contacts (id),     -- of the client; one of the two
  created_at       INTEGER NOT NULL,
  touched_at       INTEGER NOT NULL,
  CHECK ((created_by IS NULL) <> (sent_by IS NULL))
) STRICT;
INSERT INTO uploads_made_anew (id, client_id, document_id, blob, multipart_id, file_name, content_type, size, part_size, fields, created_by, created_at, touched_at)
  SELECT id, client_id, document_id, blob, multipart_id, file_name, content_type, size, part_size, fields, created_by, created_at, touched_at FROM uploads;
DROP TABLE uploads;
ALTER TABLE uploads_made_anew RENAME TO uploads;
CREATE INDEX uploads_by_age ON uploads (touched_at);
