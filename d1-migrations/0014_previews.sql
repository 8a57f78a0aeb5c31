-- Previews: staff looking at the portal as one of their clients sees it (View as Client).
--
-- A preview is no session of the client's: it lives inside a session of staff, reads and never writes,
-- and ends with that session, with the role it began with, or after half an hour. Its id lives in the
-- same space as ids of sessions, so that the one predicate of the client side serves both.
CREATE TABLE previews (
  id             TEXT    PRIMARY KEY,
  staff_session  TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  role           TEXT    NOT NULL,                        -- of staff when it began; another role ends it
  client_id      TEXT    NOT NULL REFERENCES clients (id),
  contact_id     TEXT    REFERENCES contacts (id),        -- NULL: as somebody of the client nobody has named yet
  started_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  ended_at       INTEGER
) STRICT;
CREATE INDEX previews_of_session ON previews (staff_session) WHERE ended_at IS NULL;
CREATE INDEX previews_of_client ON previews (client_id);
