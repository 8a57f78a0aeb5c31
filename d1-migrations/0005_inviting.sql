-- Two people at one record: a form says which revision it shows, and a save that shows an older
-- one is told instead of overwriting. +1 a change of what the form holds.
ALTER TABLE clients ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE contacts ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

-- The list of clients by the state of their portal, by name within a state.
CREATE INDEX clients_by_state ON clients (portal_enabled, name_key, id) WHERE archived_at IS NULL;
