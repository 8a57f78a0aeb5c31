-- Browsers that a person has signed in by: a sign-in from another one is told by mail ("was this you?").
CREATE TABLE devices (
  person_id        TEXT    NOT NULL,                     -- of staff or accounts
  hash             TEXT    NOT NULL,                     -- SHA-256 of the random name in the browser's cookie
  first_at         INTEGER NOT NULL,
  seen_at          INTEGER NOT NULL,
  PRIMARY KEY (person_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_age ON devices (seen_at);
