-- Lists of the log are in the order of the chain, which is the order in which things were written. So a place in
-- the chain knows what lists are narrowed to. The indexes of lists by id go with a later release.
ALTER TABLE audit_chain ADD COLUMN client_id TEXT;
ALTER TABLE audit_chain ADD COLUMN principal_id TEXT;
ALTER TABLE audit_chain ADD COLUMN noun TEXT;          -- what the action begins with, such as 'invoice'
UPDATE audit_chain SET client_id = a.client_id, principal_id = a.principal_id,
  noun = substr(a.action, 1, instr(a.action, '.') - 1) FROM audit a WHERE a.id = audit_chain.audit_id;
DROP TRIGGER audit_joins_chain;
CREATE TRIGGER audit_joins_chain AFTER INSERT ON audit
BEGIN INSERT INTO audit_chain (audit_id, who_salt, what_salt, client_id, principal_id, noun)
  VALUES (NEW.id, lower(hex(randomblob(16))), lower(hex(randomblob(16))), NEW.client_id, NEW.principal_id,
    substr(NEW.action, 1, instr(NEW.action, '.') - 1)); END;
-- What a place knows stays as it is, like the rest of it (see 0050).
DROP TRIGGER audit_chain_is_sealed_once;
CREATE TRIGGER audit_chain_is_sealed_once BEFORE UPDATE ON audit_chain
WHEN NEW.n <> OLD.n OR NEW.audit_id <> OLD.audit_id
 OR NEW.client_id IS NOT OLD.client_id OR NEW.principal_id IS NOT OLD.principal_id OR NEW.noun IS NOT OLD.noun
 OR (OLD.hash IS NOT NULL AND (NEW.hash IS NOT OLD.hash OR NEW.who_digest IS NOT OLD.who_digest OR NEW.what_digest IS NOT OLD.what_digest))
 OR (NEW.who_salt IS NOT OLD.who_salt AND (NEW.who_salt IS NOT NULL OR NEW.erased_by IS NULL))
 OR (NEW.what_salt IS NOT OLD.what_salt AND (NEW.what_salt IS NOT NULL OR NEW.erased_by IS NULL))
 OR (NEW.erased_by IS NOT OLD.erased_by AND NOT EXISTS (SELECT 1 FROM audit e
  WHERE e.id = NEW.erased_by AND e.action IN ('contact.erased', 'client.erased')))
BEGIN SELECT RAISE(ABORT, 'conflict: the audit log is append-only'); END;
CREATE INDEX audit_chain_of_client ON audit_chain (client_id, n) WHERE client_id IS NOT NULL;
CREATE INDEX audit_chain_of_person ON audit_chain (principal_id, n) WHERE principal_id IS NOT NULL;
CREATE INDEX audit_chain_of_noun ON audit_chain (noun, n);
