-- The ground: the business, its people, its clients and theirs, sessions, links by mail,
-- documents with their receipts, the outbox, and the audit log.

-- The one row that says whose portal this is. Written by /admin/setup.
CREATE TABLE business (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  name             TEXT    NOT NULL,
  colour           TEXT    NOT NULL DEFAULT '#2f5d50',   -- '#rrggbb'
  logo_hash        TEXT,                                 -- SHA-256 of the file; the R2 key is logo/<hash>
  logo_type        TEXT,
  logo_width       INTEGER,
  logo_height      INTEGER,
  welcome_text     TEXT    NOT NULL DEFAULT '',
  support_email    TEXT,
  support_phone    TEXT,
  modules          INTEGER NOT NULL DEFAULT 511,         -- defaults of Portal Permissions, one bit a module
  invite_days      INTEGER NOT NULL DEFAULT 7 CHECK (invite_days BETWEEN 1 AND 30),
  upload_limit     INTEGER NOT NULL DEFAULT 104857600,   -- bytes a document may have
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL
) STRICT;

-- People who work under /admin.
CREATE TABLE staff (
  id               TEXT    PRIMARY KEY,
  email            TEXT    NOT NULL,
  email_key        TEXT    NOT NULL UNIQUE,              -- lower case, what is compared
  name             TEXT    NOT NULL,
  role             TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
  password_hash    TEXT,                                 -- PHC string; null until the person joined
  epoch            INTEGER NOT NULL DEFAULT 1,           -- +1 ends every session
  created_at       INTEGER NOT NULL,
  joined_at        INTEGER,
  deactivated_at   INTEGER
) STRICT;

-- A company or person that the business works for.
CREATE TABLE clients (
  id               TEXT    PRIMARY KEY,
  name             TEXT    NOT NULL,
  name_key         TEXT    NOT NULL,                     -- folded, what lists sort by
  reference        TEXT    NOT NULL DEFAULT '',
  email            TEXT,
  phone            TEXT    NOT NULL DEFAULT '',
  address          TEXT    NOT NULL DEFAULT '',
  notes            TEXT    NOT NULL DEFAULT '',          -- internal, never shown to the client
  portal_enabled   INTEGER NOT NULL DEFAULT 0 CHECK (portal_enabled IN (0, 1)),
  portal_epoch     INTEGER NOT NULL DEFAULT 1,           -- +1 whenever the portal is switched off
  modules_on       INTEGER NOT NULL DEFAULT 0,
  modules_off      INTEGER NOT NULL DEFAULT 0,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  archived_at      INTEGER
) STRICT;
CREATE INDEX clients_by_name ON clients (name_key, id) WHERE archived_at IS NULL;
CREATE INDEX clients_by_age ON clients (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX clients_by_portal ON clients (portal_enabled) WHERE archived_at IS NULL;
CREATE INDEX clients_archived ON clients (name_key, id) WHERE archived_at IS NOT NULL;

-- Words that find a client: of its own name, reference and address, and of its contacts.
-- An inverted index in a plain table, because D1 cannot export virtual tables (FTS5).
CREATE TABLE client_words (
  word             TEXT    NOT NULL,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  owner_id         TEXT    NOT NULL,                     -- the client or the contact the word came from
  PRIMARY KEY (word, client_id, owner_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_words_by_owner ON client_words (owner_id);

-- The login of a contact. One account may stand behind contacts of several clients.
CREATE TABLE accounts (
  id               TEXT    PRIMARY KEY,
  email            TEXT    NOT NULL,
  email_key        TEXT    NOT NULL UNIQUE,
  password_hash    TEXT,                                 -- null: signs in by link
  epoch            INTEGER NOT NULL DEFAULT 1,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL
) STRICT;

-- A person of a client. Active once an account stands behind it.
CREATE TABLE contacts (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  account_id       TEXT    REFERENCES accounts (id),
  first_name       TEXT    NOT NULL,
  last_name        TEXT    NOT NULL DEFAULT '',
  email            TEXT    NOT NULL,
  email_key        TEXT    NOT NULL,
  phone            TEXT    NOT NULL DEFAULT '',
  job_title        TEXT    NOT NULL DEFAULT '',
  is_primary       INTEGER NOT NULL DEFAULT 0 CHECK (is_primary IN (0, 1)),
  portal_access    INTEGER NOT NULL DEFAULT 1 CHECK (portal_access IN (0, 1)),
  modules_off      INTEGER NOT NULL DEFAULT 0,
  mail_documents   INTEGER NOT NULL DEFAULT 1 CHECK (mail_documents IN (0, 1)),
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  accepted_at      INTEGER,
  removed_at       INTEGER                               -- authorship stays, access ends
) STRICT;
CREATE UNIQUE INDEX contacts_by_email ON contacts (client_id, email_key) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX contacts_primary ON contacts (client_id) WHERE is_primary = 1 AND removed_at IS NULL;
CREATE INDEX contacts_by_account ON contacts (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX contacts_by_address ON contacts (email_key);

-- An address is either staff or contact, whoever writes first.
CREATE TRIGGER contact_is_not_staff BEFORE INSERT ON contacts
WHEN EXISTS (SELECT 1 FROM staff WHERE email_key = NEW.email_key)
BEGIN SELECT RAISE(ABORT, 'conflict: address belongs to staff'); END;
CREATE TRIGGER contact_stays_not_staff BEFORE UPDATE OF email_key ON contacts
WHEN EXISTS (SELECT 1 FROM staff WHERE email_key = NEW.email_key)
BEGIN SELECT RAISE(ABORT, 'conflict: address belongs to staff'); END;
CREATE TRIGGER staff_is_not_contact BEFORE INSERT ON staff
WHEN EXISTS (SELECT 1 FROM contacts WHERE email_key = NEW.email_key AND removed_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: address belongs to a contact'); END;
CREATE TRIGGER staff_stays_not_contact BEFORE UPDATE OF email_key ON staff
WHEN EXISTS (SELECT 1 FROM contacts WHERE email_key = NEW.email_key AND removed_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: address belongs to a contact'); END;

-- A signed-in browser. The cookie names the row; the row decides.
CREATE TABLE sessions (
  id               TEXT    PRIMARY KEY,
  staff_id         TEXT    REFERENCES staff (id),
  account_id       TEXT    REFERENCES accounts (id),
  contact_id       TEXT    REFERENCES contacts (id),     -- which client is open
  epoch            INTEGER NOT NULL,                     -- of the staff member or the account
  portal_epoch     INTEGER,                              -- of the client
  created_at       INTEGER NOT NULL,
  seen_at          INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,                     -- absolute end
  confirmed_at     INTEGER NOT NULL,                     -- last proof of identity, for step-up
  device           TEXT    NOT NULL DEFAULT '',
  address          TEXT    NOT NULL DEFAULT '',
  country          TEXT    NOT NULL DEFAULT '',
  ended_at         INTEGER,
  CHECK ((staff_id IS NULL) <> (account_id IS NULL)),
  CHECK ((account_id IS NULL) = (contact_id IS NULL))
) STRICT;
CREATE INDEX sessions_of_staff ON sessions (staff_id, seen_at) WHERE staff_id IS NOT NULL;
CREATE INDEX sessions_of_account ON sessions (account_id, seen_at) WHERE account_id IS NOT NULL;
CREATE INDEX sessions_of_contact ON sessions (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Secrets that went out by mail. Only hashes are kept.
CREATE TABLE links (
  id               TEXT    PRIMARY KEY,
  purpose          TEXT    NOT NULL CHECK (purpose IN ('invitation', 'magic', 'reset', 'email', 'join', 'staff_reset', 'staff_email')),
  token_hash       TEXT    NOT NULL UNIQUE,              -- SHA-256, hex
  code_hash        TEXT,                                 -- HMAC-SHA-256 under a key the database does not hold
  code_tries       INTEGER NOT NULL DEFAULT 0,
  browser_hash     TEXT,                                 -- of the cookie the asking browser got
  staff_id         TEXT    REFERENCES staff (id),
  account_id       TEXT    REFERENCES accounts (id),
  contact_id       TEXT    REFERENCES contacts (id),
  email            TEXT    NOT NULL,                     -- address at issue
  created_at       INTEGER NOT NULL,
  created_by       TEXT    REFERENCES staff (id),
  expires_at       INTEGER NOT NULL,
  consumed_at      INTEGER,
  consumed_nonce   TEXT,                                 -- lets the same form be sent again after a lost reply
  session_id       TEXT,                                 -- what consuming made
  revoked_at       INTEGER,
  revoked_reason   TEXT
) STRICT;
CREATE INDEX links_of_contact ON links (contact_id, purpose, created_at) WHERE contact_id IS NOT NULL;
CREATE INDEX links_of_account ON links (account_id, purpose, created_at) WHERE account_id IS NOT NULL;
CREATE INDEX links_of_staff ON links (staff_id, purpose, created_at) WHERE staff_id IS NOT NULL;
CREATE INDEX links_by_end ON links (expires_at);

-- Failed sign-ins, counted per account and per address. Keys are hashes.
CREATE TABLE failures (
  key              TEXT    NOT NULL,
  at               INTEGER NOT NULL,
  id               TEXT    NOT NULL,
  PRIMARY KEY (key, at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX failures_by_age ON failures (at);

-- Every mail, written in the batch of its cause and sent afterwards.
CREATE TABLE outbox (
  id               TEXT    PRIMARY KEY,
  dedupe_key       TEXT    NOT NULL UNIQUE,
  kind             TEXT    NOT NULL,
  to_email         TEXT    NOT NULL,
  to_name          TEXT    NOT NULL DEFAULT '',
  subject          TEXT    NOT NULL,
  content          TEXT    NOT NULL,                     -- JSON: paragraphs, button, closing lines
  sealed           TEXT,                                 -- token and code, encrypted; cleared once sent
  staff_id         TEXT    REFERENCES staff (id),        -- the recipient, when it is staff
  contact_id       TEXT    REFERENCES contacts (id),     -- the recipient, when it is a contact
  client_id        TEXT    REFERENCES clients (id),
  link_id          TEXT    REFERENCES links (id),
  state            TEXT    NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'undeliverable', 'dead', 'cancelled')),
  attempts         INTEGER NOT NULL DEFAULT 0,
  due_at           INTEGER,                              -- next try; null when there is none
  lease            TEXT,                                 -- who is sending it now
  last_error       TEXT,
  created_at       INTEGER NOT NULL,
  sent_at          INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_by_age ON outbox (created_at, id);
CREATE INDEX outbox_by_state ON outbox (state, created_at) WHERE state <> 'sent';
CREATE INDEX outbox_of_link ON outbox (link_id) WHERE link_id IS NOT NULL;
CREATE INDEX outbox_of_contact ON outbox (contact_id) WHERE contact_id IS NOT NULL AND state = 'queued';

-- The business's own wording of a mail; absent means the built-in one.
CREATE TABLE email_templates (
  kind             TEXT    PRIMARY KEY,
  subject          TEXT    NOT NULL,
  body             TEXT    NOT NULL,
  updated_at       INTEGER NOT NULL
) STRICT;

CREATE TABLE documents (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  title            TEXT    NOT NULL,
  folder           TEXT    NOT NULL DEFAULT '',
  description      TEXT    NOT NULL DEFAULT '',
  visible          INTEGER NOT NULL DEFAULT 0 CHECK (visible IN (0, 1)),
  visible_from     INTEGER,
  visible_until    INTEGER,
  published_at     INTEGER,                              -- when it last became visible
  version_id       TEXT    NOT NULL,                     -- the current version
  revision         INTEGER NOT NULL DEFAULT 1,           -- +1 a change, so that nobody overwrites unseen
  created_by       TEXT    REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  deleted_at       INTEGER
) STRICT;
CREATE INDEX documents_of_client ON documents (client_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_published ON documents (client_id, published_at, id) WHERE visible = 1 AND deleted_at IS NULL;

CREATE TABLE document_versions (
  id               TEXT    PRIMARY KEY,
  document_id      TEXT    NOT NULL REFERENCES documents (id),
  number           INTEGER NOT NULL,
  blob             TEXT    NOT NULL UNIQUE,              -- random R2 key
  etag             TEXT    NOT NULL,                     -- of R2, without quotes
  file_name        TEXT    NOT NULL,
  content_type     TEXT    NOT NULL,
  size             INTEGER NOT NULL,
  uploaded_by      TEXT    REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  UNIQUE (document_id, number)
) STRICT;

-- Objects on their way: a row stands here before R2 is written and goes in the batch that makes
-- the document. What is left over is swept together with its object.
CREATE TABLE uploads (
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
  created_by       TEXT    NOT NULL REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  touched_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX uploads_by_age ON uploads (touched_at);
CREATE TABLE upload_parts (
  upload_id        TEXT    NOT NULL REFERENCES uploads (id),
  number           INTEGER NOT NULL,
  etag             TEXT    NOT NULL,
  size             INTEGER NOT NULL,
  PRIMARY KEY (upload_id, number)
) STRICT, WITHOUT ROWID;

-- Objects whose rows are gone; the sweep deletes them from R2.
CREATE TABLE doomed_blobs (
  blob             TEXT    PRIMARY KEY,
  doomed_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A client's download of a version. Ranges of one download within a quarter of an hour are one receipt.
CREATE TABLE receipts (
  id               TEXT    PRIMARY KEY,
  document_id      TEXT    NOT NULL REFERENCES documents (id),
  version_id       TEXT    NOT NULL REFERENCES document_versions (id),
  contact_id       TEXT    NOT NULL REFERENCES contacts (id),
  session_id       TEXT    NOT NULL,
  quarter          INTEGER NOT NULL,                     -- at / 15 min
  at               INTEGER NOT NULL,
  device           TEXT    NOT NULL DEFAULT '',
  address          TEXT    NOT NULL DEFAULT '',
  UNIQUE (version_id, session_id, quarter)
) STRICT;
CREATE INDEX receipts_of_document ON receipts (document_id, at);
CREATE INDEX receipts_of_contact ON receipts (contact_id, at);

-- Append-only: who did what to which row.
CREATE TABLE audit (
  id               TEXT    PRIMARY KEY,                  -- UUIDv7, so it sorts by time
  at               INTEGER NOT NULL,
  principal        TEXT    NOT NULL CHECK (principal IN ('staff', 'contact', 'anonymous', 'system')),
  principal_id     TEXT,
  principal_name   TEXT    NOT NULL DEFAULT '',
  action           TEXT    NOT NULL,                     -- 'client.created', 'document.downloaded' …
  entity_id        TEXT,
  client_id        TEXT    REFERENCES clients (id),
  detail           TEXT    NOT NULL DEFAULT '',          -- words for people; never a secret
  address          TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX audit_of_client ON audit (client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX audit_of_entity ON audit (entity_id, id) WHERE entity_id IS NOT NULL;
CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'conflict: the audit log is append-only'); END;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'conflict: the audit log is append-only'); END;
