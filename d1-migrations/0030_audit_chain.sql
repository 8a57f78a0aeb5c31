-- The audit log as a chain: each entry has a place, and each place a hash over the entry and the hash before
-- it, so that an entry that was changed or removed shows.

-- Places are given by a trigger, in the order in which batches are written. The hash is put in afterwards,
-- because the database cannot compute it: the entries of the last minute may have none yet.
CREATE TABLE audit_chain (
  n                INTEGER PRIMARY KEY AUTOINCREMENT,    -- without a gap, from 1
  audit_id         TEXT    NOT NULL UNIQUE,
  hash             TEXT                                  -- SHA-256, hex; null until it is sealed
) STRICT;
CREATE INDEX audit_unsealed ON audit_chain (n) WHERE hash IS NULL;
INSERT INTO audit_chain (audit_id) SELECT id FROM audit ORDER BY id;
CREATE TRIGGER audit_joins_chain AFTER INSERT ON audit
BEGIN INSERT INTO audit_chain (audit_id) VALUES (NEW.id); END;
CREATE TRIGGER audit_chain_is_sealed_once BEFORE UPDATE ON audit_chain
WHEN OLD.hash IS NOT NULL OR NEW.n <> OLD.n OR NEW.audit_id <> OLD.audit_id
BEGIN SELECT RAISE(ABORT, 'conflict: the audit log is append-only'); END;
CREATE TRIGGER audit_chain_is_append_only BEFORE DELETE ON audit_chain
BEGIN SELECT RAISE(ABORT, 'conflict: the audit log is append-only'); END;

-- The one row that says how far the chain was checked, round after round.
CREATE TABLE audit_check (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  next_n           INTEGER NOT NULL DEFAULT 1,           -- where the round goes on
  good_n           INTEGER NOT NULL DEFAULT 0,           -- the last whole round found all right up to here …
  good_at          INTEGER,                              -- … at this moment
  broken_n         INTEGER,                              -- the first place where it is not
  broken_how       TEXT CHECK (broken_how IN ('changed', 'removed'))
) STRICT;
INSERT INTO audit_check (id) VALUES (1);

CREATE INDEX audit_of_person ON audit (principal_id, id) WHERE principal_id IS NOT NULL;
CREATE INDEX audit_of_noun ON audit (substr(action, 1, instr(action, '.') - 1), id);
