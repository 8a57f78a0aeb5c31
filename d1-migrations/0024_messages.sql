-- Messages: threads with a client, begun by either side, and who has read how far.

-- Which mails people get: of messages that they have not read for five minutes.
ALTER TABLE contacts ADD COLUMN mail_messages INTEGER NOT NULL DEFAULT 1 CHECK (mail_messages IN (0, 1));
ALTER TABLE staff ADD COLUMN mail_messages INTEGER NOT NULL DEFAULT 1 CHECK (mail_messages IN (0, 1));

CREATE TABLE threads (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  project_id       TEXT    REFERENCES projects (id),     -- of the same client
  subject          TEXT    NOT NULL,
  shown            INTEGER NOT NULL DEFAULT 1 CHECK (shown IN (0, 1)),        -- what its project's visible is; 1 without one
  last_seq         INTEGER NOT NULL DEFAULT 0,           -- of the last thing said
  last_author      TEXT    NOT NULL DEFAULT '',          -- who said it
  last_words       TEXT    NOT NULL DEFAULT '',          -- how it begins
  said_at          INTEGER NOT NULL,                     -- when that was
  created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX threads_said ON threads (said_at, id);
CREATE INDEX threads_of_client ON threads (client_id, said_at, id);
CREATE INDEX threads_seen ON threads (client_id, said_at, id) WHERE shown = 1;
CREATE INDEX threads_of_project ON threads (project_id) WHERE project_id IS NOT NULL;

-- A thread about a project is seen where the project is.
CREATE TRIGGER thread_is_shown AFTER INSERT ON threads WHEN NEW.project_id IS NOT NULL
BEGIN UPDATE threads SET shown = (SELECT p.visible FROM projects p WHERE p.id = NEW.project_id) WHERE id = NEW.id; END;
CREATE TRIGGER threads_are_shown AFTER UPDATE OF visible ON projects WHEN NEW.visible <> OLD.visible
BEGIN UPDATE threads SET shown = NEW.visible WHERE project_id = NEW.id; END;

-- What was said. Nothing here is internal.
CREATE TABLE messages (
  id               TEXT    PRIMARY KEY,
  thread_id        TEXT    NOT NULL REFERENCES threads (id),
  seq              INTEGER NOT NULL,                     -- the order; given by the statement that inserts
  body             TEXT    NOT NULL,                     -- Markdown without HTML
  staff_id         TEXT    REFERENCES staff (id),
  contact_id       TEXT    REFERENCES contacts (id),
  author           TEXT    NOT NULL,                     -- the name at that moment
  created_at       INTEGER NOT NULL,
  CHECK ((staff_id IS NULL) <> (contact_id IS NULL)),
  UNIQUE (thread_id, seq)
) STRICT;

-- How far somebody has read in a thread. A row stands here once something was said that they may read.
CREATE TABLE thread_readers (
  thread_id        TEXT    NOT NULL REFERENCES threads (id),
  reader_id        TEXT    NOT NULL,                     -- the contact, or the member of staff
  contact_id       TEXT    REFERENCES contacts (id),
  staff_id         TEXT    REFERENCES staff (id),
  wrote            INTEGER NOT NULL DEFAULT 0 CHECK (wrote IN (0, 1)),        -- said something here themselves
  read_seq         INTEGER NOT NULL DEFAULT 0,           -- the last message read
  read_at          INTEGER,                              -- when they last did, or wrote first
  unread           INTEGER NOT NULL DEFAULT 0,           -- what others said after it
  said_at          INTEGER NOT NULL,                     -- the last of that
  due_at           INTEGER,                              -- from when on a mail tells of it; NULL: none does, or one did
  CHECK (reader_id IS coalesce(contact_id, staff_id)),
  PRIMARY KEY (thread_id, reader_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_readers_unread ON thread_readers (reader_id, said_at, thread_id, unread) WHERE unread > 0;
CREATE INDEX thread_readers_due ON thread_readers (due_at, reader_id) WHERE due_at IS NOT NULL;
CREATE INDEX thread_readers_untold ON thread_readers (reader_id, due_at) WHERE due_at IS NOT NULL;

-- A message is the last thing said, and unread for everybody but who said it: the people of the client,
-- and all who work here. 300000 ms later a mail may tell of it.
CREATE TRIGGER message_is_said AFTER INSERT ON messages
BEGIN
  UPDATE threads SET said_at = max(said_at, NEW.created_at), last_seq = NEW.seq, last_author = NEW.author,
   last_words = substr(NEW.body, 1, 160) WHERE id = NEW.thread_id;
  INSERT INTO thread_readers (thread_id, reader_id, contact_id, unread, said_at, due_at)
   SELECT t.id, ct.id, ct.id, 1, NEW.created_at, NEW.created_at + 300000
   FROM threads t JOIN contacts ct ON ct.client_id = t.client_id AND ct.removed_at IS NULL
   WHERE t.id = NEW.thread_id AND ct.id IS NOT NEW.contact_id
   ON CONFLICT (thread_id, reader_id) DO UPDATE SET unread = unread + 1, said_at = excluded.said_at,
    due_at = coalesce(due_at, excluded.due_at);
  INSERT INTO thread_readers (thread_id, reader_id, staff_id, unread, said_at, due_at)
   SELECT NEW.thread_id, st.id, st.id, 1, NEW.created_at, NEW.created_at + 300000
   FROM staff st WHERE st.deactivated_at IS NULL AND st.joined_at IS NOT NULL AND st.id IS NOT NEW.staff_id
   ON CONFLICT (thread_id, reader_id) DO UPDATE SET unread = unread + 1, said_at = excluded.said_at,
    due_at = coalesce(due_at, excluded.due_at);
  INSERT INTO thread_readers (thread_id, reader_id, contact_id, staff_id, wrote, read_at, said_at)
   VALUES (NEW.thread_id, coalesce(NEW.contact_id, NEW.staff_id), NEW.contact_id, NEW.staff_id, 1, NEW.created_at, NEW.created_at)
   ON CONFLICT (thread_id, reader_id) DO UPDATE SET wrote = 1;
END;

-- Files that came with a message. A row stands here once its object does.
CREATE TABLE message_files (
  id               TEXT    PRIMARY KEY,
  message_id       TEXT    NOT NULL REFERENCES messages (id),
  position         INTEGER NOT NULL,
  blob             TEXT    NOT NULL UNIQUE,              -- random R2 key
  etag             TEXT    NOT NULL,                     -- of R2, without quotes
  file_name        TEXT    NOT NULL,
  content_type     TEXT    NOT NULL,
  size             INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  UNIQUE (message_id, position)
) STRICT;

-- A contact's download of a file that staff sent. Ranges of one download within a quarter of an hour are one.
CREATE TABLE message_receipts (
  id               TEXT    PRIMARY KEY,
  file_id          TEXT    NOT NULL REFERENCES message_files (id),
  contact_id       TEXT    NOT NULL REFERENCES contacts (id),
  session_id       TEXT    NOT NULL,
  quarter          INTEGER NOT NULL,                     -- at / 15 min
  at               INTEGER NOT NULL,
  UNIQUE (file_id, session_id, quarter)
) STRICT;
