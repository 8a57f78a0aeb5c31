-- Support tickets: what clients ask, what is answered, and what staff note among themselves.

-- Which mails people get: contacts about answers, staff about tickets that nobody has taken yet. Who has
-- taken a ticket is told of it always.
ALTER TABLE contacts ADD COLUMN mail_tickets INTEGER NOT NULL DEFAULT 1 CHECK (mail_tickets IN (0, 1));
ALTER TABLE staff ADD COLUMN mail_tickets INTEGER NOT NULL DEFAULT 1 CHECK (mail_tickets IN (0, 1));

-- The one row of settings.
CREATE TABLE support (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  close_days       INTEGER NOT NULL DEFAULT 7 CHECK (close_days BETWEEN 1 AND 90),    -- from resolved to closed
  categories       TEXT    NOT NULL DEFAULT '',          -- one a line, in their order
  revision         INTEGER NOT NULL DEFAULT 1            -- +1 a change, so that nobody overwrites unseen
) STRICT;
INSERT INTO support (id, categories) VALUES (1, 'Question' || char(10) || 'Problem' || char(10) || 'Change' || char(10) || 'Billing');

-- Texts that staff use again and again. Internal.
CREATE TABLE saved_replies (
  id               TEXT    PRIMARY KEY,
  name             TEXT    NOT NULL,
  body             TEXT    NOT NULL,
  revision         INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE tickets (
  id               TEXT    PRIMARY KEY,
  number           INTEGER NOT NULL UNIQUE,              -- what people call it; the next one is given by the statement that inserts
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  subject          TEXT    NOT NULL,
  category         TEXT    NOT NULL DEFAULT '',          -- the client sees it
  priority         TEXT    NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),          -- internal
  status           TEXT    NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'open', 'waiting', 'resolved', 'closed')),
  assignee_id      TEXT    REFERENCES staff (id),        -- internal
  opened_by        TEXT    REFERENCES contacts (id),
  follows          TEXT    REFERENCES tickets (id),      -- the closed one that was replied to
  merged_into      TEXT    REFERENCES tickets (id),      -- its messages stand there now
  said_at          INTEGER NOT NULL,                     -- the last thing said in public; a note among staff changes nothing here
  moved_at         INTEGER NOT NULL,                     -- when the state last changed
  revision         INTEGER NOT NULL DEFAULT 1,           -- +1 a change of category, priority or assignee
  created_at       INTEGER NOT NULL,
  is_open          INTEGER NOT NULL GENERATED ALWAYS AS (status IN ('new', 'open', 'waiting')) STORED,
  -- The order of the staff's lists: what waits for staff first, the more urgent and then the longer waiting
  -- first; then what waits for the client, what is resolved, what is closed, the latest first.
  place            INTEGER NOT NULL GENERATED ALWAYS AS (CASE status WHEN 'closed' THEN 0 WHEN 'resolved' THEN 10 WHEN 'waiting' THEN 20
                     ELSE CASE priority WHEN 'low' THEN 30 WHEN 'normal' THEN 31 WHEN 'high' THEN 32 ELSE 33 END END) STORED,
  turn             INTEGER NOT NULL GENERATED ALWAYS AS (CASE WHEN status IN ('new', 'open') THEN -said_at ELSE said_at END) STORED
) STRICT;
CREATE INDEX tickets_by_place ON tickets (place, turn, id) WHERE merged_into IS NULL;
CREATE INDEX tickets_of_client ON tickets (client_id, place, turn, id) WHERE merged_into IS NULL;
CREATE INDEX tickets_of_assignee ON tickets (assignee_id, place, turn, id) WHERE merged_into IS NULL;
CREATE INDEX tickets_by_priority ON tickets (priority, place, turn, id) WHERE merged_into IS NULL;
CREATE INDEX tickets_seen ON tickets (client_id, is_open, said_at, id) WHERE merged_into IS NULL;
CREATE INDEX tickets_resolved ON tickets (moved_at, id) WHERE status = 'resolved';
CREATE INDEX tickets_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_following ON tickets (follows) WHERE follows IS NOT NULL;

-- What was said. Internal ones are notes among staff; what a contact says never is one.
CREATE TABLE ticket_messages (
  id               TEXT    PRIMARY KEY,
  ticket_id        TEXT    NOT NULL REFERENCES tickets (id),
  seq              INTEGER NOT NULL,                     -- the order; given by the statement that inserts
  internal         INTEGER NOT NULL CHECK (internal IN (0, 1)),
  body             TEXT    NOT NULL,                     -- Markdown without HTML
  staff_id         TEXT    REFERENCES staff (id),
  contact_id       TEXT    REFERENCES contacts (id),
  author           TEXT    NOT NULL,                     -- the name at that moment
  created_at       INTEGER NOT NULL,
  CHECK ((staff_id IS NULL) <> (contact_id IS NULL)),
  CHECK (contact_id IS NULL OR internal = 0),
  UNIQUE (ticket_id, seq)
) STRICT;
CREATE INDEX ticket_messages_public ON ticket_messages (ticket_id, seq) WHERE internal = 0;

-- A message in public is the last thing said.
CREATE TRIGGER ticket_is_answered AFTER INSERT ON ticket_messages WHEN NEW.internal = 0
BEGIN UPDATE tickets SET said_at = max(said_at, NEW.created_at) WHERE id = NEW.ticket_id; END;

-- Files that came with a message, and are as internal as it is. A row stands here once its object does.
CREATE TABLE ticket_files (
  id               TEXT    PRIMARY KEY,
  message_id       TEXT    NOT NULL REFERENCES ticket_messages (id),
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
CREATE TABLE ticket_receipts (
  id               TEXT    PRIMARY KEY,
  file_id          TEXT    NOT NULL REFERENCES ticket_files (id),
  contact_id       TEXT    NOT NULL REFERENCES contacts (id),
  session_id       TEXT    NOT NULL,
  quarter          INTEGER NOT NULL,                     -- at / 15 min
  at               INTEGER NOT NULL,
  UNIQUE (file_id, session_id, quarter)
) STRICT;
