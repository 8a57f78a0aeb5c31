-- The second factor: codes of an app (TOTP, RFC 6238), with recovery codes beside them.

-- One row a person who has one, staff or the account of a contact.
CREATE TABLE factors (
  person_id        TEXT    PRIMARY KEY,                  -- staff_id or account_id
  staff_id         TEXT    REFERENCES staff (id),
  account_id       TEXT    REFERENCES accounts (id),
  sealed           TEXT    NOT NULL,                     -- the secret, under a key that the database does not hold
  last_step        INTEGER NOT NULL,                     -- the newest step that was used; none before it works again
  recovery         TEXT    NOT NULL,                     -- JSON: hashes of the recovery codes that are left
  kept_at          INTEGER,                              -- when the person said that they keep those codes
  used_by          TEXT,                                 -- the session that the last use began
  created_at       INTEGER NOT NULL,
  CHECK ((staff_id IS NULL) <> (account_id IS NULL)),
  CHECK (person_id = coalesce(staff_id, account_id))
) STRICT, WITHOUT ROWID;

-- Whether everybody on the staff must have one.
ALTER TABLE business ADD COLUMN staff_factor INTEGER NOT NULL DEFAULT 0 CHECK (staff_factor IN (0, 1));

-- A password shorter than one must be that stands alone: it counts only beside a second factor.
ALTER TABLE staff ADD COLUMN short_password INTEGER NOT NULL DEFAULT 0 CHECK (short_password IN (0, 1));
ALTER TABLE accounts ADD COLUMN short_password INTEGER NOT NULL DEFAULT 0 CHECK (short_password IN (0, 1));
