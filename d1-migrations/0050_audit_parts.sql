-- Parts of the log that name somebody can be blanked when they are erased, and the chain still verifies.
--
-- A seal used to be made over names and words themselves. From here on it is made over two salted digests: of who
-- (name, and from where) and of what (the words). To blank a part, its salt is deleted with it: then nothing that is
-- left tells what it said, or confirms a guess, and the seal still holds. What is blanked has to name the entry that
-- tells of the erasure; the check asks for it. A seal without digests is one of the time before.
ALTER TABLE audit_chain ADD COLUMN who_salt TEXT;
ALTER TABLE audit_chain ADD COLUMN what_salt TEXT;
ALTER TABLE audit_chain ADD COLUMN who_digest TEXT;     -- SHA-256, hex; put in with the seal
ALTER TABLE audit_chain ADD COLUMN what_digest TEXT;
ALTER TABLE audit_chain ADD COLUMN erased_by TEXT;      -- the entry that tells of the erasure

DROP TRIGGER audit_joins_chain;
CREATE TRIGGER audit_joins_chain AFTER INSERT ON audit
BEGIN INSERT INTO audit_chain (audit_id, who_salt, what_salt) VALUES (NEW.id, lower(hex(randomblob(16))), lower(hex(randomblob(16)))); END;
UPDATE audit_chain SET who_salt = lower(hex(randomblob(16))), what_salt = lower(hex(randomblob(16))) WHERE hash IS NULL;

-- A seal is put in once and stays. A salt can only go, with an erasure that is on record.
DROP TRIGGER audit_chain_is_sealed_once;
CREATE TRIGGER audit_chain_is_sealed_once BEFORE UPDATE ON audit_chain
WHEN NEW.n <> OLD.n OR NEW.audit_id <> OLD.audit_id
 OR (OLD.hash IS NOT NULL AND (NEW.hash IS NOT OLD.hash OR NEW.who_digest IS NOT OLD.who_digest OR NEW.what_digest IS NOT OLD.what_digest))
 OR (NEW.who_salt IS NOT OLD.who_salt AND (NEW.who_salt IS NOT NULL OR NEW.erased_by IS NULL))
 OR (NEW.what_salt IS NOT OLD.what_salt AND (NEW.what_salt IS NOT NULL OR NEW.erased_by IS NULL))
 OR (NEW.erased_by IS NOT OLD.erased_by AND NOT EXISTS (SELECT 1 FROM audit e
  WHERE e.id = NEW.erased_by AND e.action IN ('contact.erased', 'client.erased')))
BEGIN SELECT RAISE(ABORT, 'conflict: the audit log is append-only'); END;

-- Of an entry nothing changes but that a part becomes empty whose salt is gone.
DROP TRIGGER audit_is_append_only_update;
CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
WHEN NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.principal <> OLD.principal OR NEW.principal_id IS NOT OLD.principal_id
 OR NEW.action <> OLD.action OR NEW.entity_id IS NOT OLD.entity_id OR NEW.client_id IS NOT OLD.client_id
 OR ((NEW.principal_name <> OLD.principal_name OR NEW.address <> OLD.address)
  AND (NEW.principal_name <> '' OR NEW.address <> '' OR NOT EXISTS (SELECT 1 FROM audit_chain ch
   WHERE ch.audit_id = OLD.id AND ch.erased_by IS NOT NULL AND ch.who_salt IS NULL)))
 OR (NEW.detail <> OLD.detail
  AND (NEW.detail <> '' OR NOT EXISTS (SELECT 1 FROM audit_chain ch
   WHERE ch.audit_id = OLD.id AND ch.erased_by IS NOT NULL AND ch.what_salt IS NULL)))
BEGIN SELECT RAISE(ABORT, 'conflict: the audit log is append-only'); END;

CREATE INDEX audit_erased ON audit_chain (erased_by) WHERE erased_by IS NOT NULL;
