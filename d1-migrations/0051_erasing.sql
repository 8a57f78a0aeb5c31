-- Erasing: a person of a client, and a client as a whole. The row stays, for what refers to it and must be kept, and
-- holds nothing of them any more. Additive, so a worker of the release before runs on it unchanged.
ALTER TABLE contacts ADD COLUMN erased_at INTEGER;
ALTER TABLE clients ADD COLUMN erased_at INTEGER;
CREATE INDEX clients_erased ON clients (erased_at, id) WHERE erased_at IS NOT NULL;
CREATE INDEX clients_put_away ON clients (name_key, id) WHERE archived_at IS NOT NULL AND erased_at IS NULL;
CREATE INDEX outbox_all_of_contact ON outbox (contact_id) WHERE contact_id IS NOT NULL;

-- What is erased stays so, whoever had its page open: nothing is brought back, renamed, or added to it.
CREATE TRIGGER client_stays_erased BEFORE UPDATE ON clients WHEN OLD.erased_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER contact_stays_erased BEFORE UPDATE OF first_name, last_name, email, email_key, phone, job_title, account_id, removed_at, erased_at
 ON contacts WHEN OLD.erased_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'conflict: this person is erased'); END;
CREATE TRIGGER erased_client_gets_no_contact BEFORE INSERT ON contacts
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_document BEFORE INSERT ON documents
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_upload BEFORE INSERT ON uploads
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_project BEFORE INSERT ON projects
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_task BEFORE INSERT ON tasks
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_ticket BEFORE INSERT ON tickets
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_thread BEFORE INSERT ON threads
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_time BEFORE INSERT ON time_entries
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_invoice BEFORE INSERT ON invoices
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;
CREATE TRIGGER erased_client_gets_no_billing BEFORE INSERT ON client_billing
WHEN EXISTS (SELECT 1 FROM clients c WHERE c.id = NEW.client_id AND c.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'conflict: this client is erased'); END;

-- Of time that was billed, what was written about it goes with the client; minutes, rate and invoice stay.
DROP TRIGGER time_billed_stays;
CREATE TRIGGER time_billed_stays BEFORE UPDATE OF client_id, project_id, task_id, staff_id, day, minutes, description, billable, rate, currency ON time_entries
WHEN OLD.invoice_id IS NOT NULL AND NOT (NEW.client_id = OLD.client_id AND NEW.project_id IS NULL AND NEW.task_id IS NULL AND NEW.staff_id = OLD.staff_id
 AND NEW.day = OLD.day AND NEW.minutes = OLD.minutes AND NEW.description = '' AND NEW.billable = OLD.billable AND NEW.rate IS OLD.rate
 AND NEW.currency IS OLD.currency AND EXISTS (SELECT 1 FROM clients c WHERE c.id = OLD.client_id AND c.erased_at IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'conflict: this time is billed'); END;

-- What is looked for by its client, its contact or its login when they go.
CREATE INDEX uploads_of_client ON uploads (client_id);
CREATE INDEX uploads_of_document ON uploads (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX timers_of_client ON timers (client_id);
CREATE INDEX timers_of_project ON timers (project_id) WHERE project_id IS NOT NULL;
CREATE INDEX timers_of_task ON timers (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX client_words_of_client ON client_words (client_id);
CREATE INDEX previews_of_contact ON previews (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX factors_of_account ON factors (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX previews_of_staff_session ON previews (staff_session);
