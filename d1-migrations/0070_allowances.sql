-- What people of clients have sent: so many words and files an hour each, so many bytes a day together. Counted in
-- the batch that takes it. A row holds five minutes, of bytes an hour, and is swept when it no longer counts.
CREATE TABLE allowances (
  kind             TEXT    NOT NULL CHECK (kind IN ('words', 'files', 'bytes')),
  who              TEXT    NOT NULL,                     -- the contact; of bytes the client
  at               INTEGER NOT NULL,                     -- when the five minutes or the hour began
  used             INTEGER NOT NULL,
  last             TEXT    NOT NULL,                     -- what was counted last: what its batch writes depends on it
  PRIMARY KEY (kind, who, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX allowances_by_age ON allowances (at);
