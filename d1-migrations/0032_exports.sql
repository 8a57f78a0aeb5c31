-- When all that is kept of a client was last taken out as a file: what has to come before it is erased.
-- Additive, so a worker of the release before runs on it unchanged.
ALTER TABLE clients ADD COLUMN exported_at INTEGER;

-- All rows of a client, by what the lists leave out as well: removed people, deleted documents, merged tickets, mails.
CREATE INDEX contacts_of_client ON contacts (client_id);
CREATE INDEX documents_all_of_client ON documents (client_id);
CREATE INDEX tickets_all_of_client ON tickets (client_id);
CREATE INDEX outbox_of_client ON outbox (client_id) WHERE client_id IS NOT NULL;
