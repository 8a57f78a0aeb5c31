-- How many clients there are, and of how many the portal is on: the staff's first page says so, however many they are.
-- Archived ones do not count. Counted on with each client that comes, goes or changes, within the statement that does it.
-- No CHECK: a count that came to be wrong must not keep anybody from archiving a client.
CREATE TABLE client_counts (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  clients INTEGER NOT NULL,
  enabled INTEGER NOT NULL
) STRICT;

CREATE TRIGGER client_counts_one_more AFTER INSERT ON clients WHEN NEW.archived_at IS NULL BEGIN
  UPDATE client_counts SET clients = clients + 1, enabled = enabled + NEW.portal_enabled WHERE id = 1;
END;

CREATE TRIGGER client_counts_anew AFTER UPDATE OF archived_at, portal_enabled ON clients BEGIN
  UPDATE client_counts SET
    clients = clients + (NEW.archived_at IS NULL) - (OLD.archived_at IS NULL),
    enabled = enabled + (NEW.archived_at IS NULL) * NEW.portal_enabled - (OLD.archived_at IS NULL) * OLD.portal_enabled
  WHERE id = 1;
END;

CREATE TRIGGER client_counts_one_less AFTER DELETE ON clients WHEN OLD.archived_at IS NULL BEGIN
  UPDATE client_counts SET clients = clients - 1, enabled = enabled - OLD.portal_enabled WHERE id = 1;
END;

-- It served the counts that the first page made until now; clients_by_state begins with the same column.
DROP INDEX clients_by_portal;

-- After the triggers: until there is a row, they change nothing, and from then on they count.
INSERT INTO client_counts (id, clients, enabled)
  SELECT 1, count(*), coalesce(sum(portal_enabled), 0) FROM clients WHERE archived_at IS NULL;
