-- Links that somebody asked for by typing an address. The asking is taken down the same way for every address;
-- whose it is, if anybody's, is looked up once the answer is out, and the row goes.
CREATE TABLE asked_links (
  id               TEXT    PRIMARY KEY,                  -- the link gets this id
  purpose          TEXT    NOT NULL CHECK (purpose IN ('magic', 'reset', 'staff_reset')),
  email_key        TEXT    NOT NULL,                     -- as it was typed, in its one spelling
  browser_hash     TEXT,                                 -- of the cookie the asking browser got
  asked_at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
