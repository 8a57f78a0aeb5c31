-- Invoices, second part: numbers that staff give themselves.

-- An uploaded PDF may bear its own number. It waits here until the invoice is sent, and is nobody
-- else's meanwhile. Additive, so a worker of the release before runs on it unchanged.
ALTER TABLE invoices ADD COLUMN own_number TEXT;
CREATE UNIQUE INDEX invoices_own_number ON invoices (own_number) WHERE own_number IS NOT NULL;
-- The series that such invoices count on, so that the numbers of the others stay without gaps.
INSERT INTO number_series (id, prefix, yearly, digits) VALUES ('00000000-0000-7000-8000-000000000002', '', 0, 1);

-- Reminders: also for clients whose portal is off, where the business wants it.
ALTER TABLE billing ADD COLUMN remind_without_portal INTEGER NOT NULL DEFAULT 0 CHECK (remind_without_portal IN (0, 1));
-- Who got the link by mail, so that they get the reminder too. Null: nobody that is known.
ALTER TABLE pay_links ADD COLUMN contact_id TEXT REFERENCES contacts (id);
-- How far the clock is with the reminders of a day: it walks over open invoices by due date, a page at
-- a time, and is done with a day until the next one begins.
CREATE TABLE reminder_walk (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  day              TEXT    NOT NULL DEFAULT '',          -- 'YYYY-MM-DD' of the business
  due_on           TEXT    NOT NULL DEFAULT '',          -- of the last invoice looked at
  invoice_id       TEXT    NOT NULL DEFAULT '',
  done             INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1))
) STRICT;
INSERT INTO reminder_walk (id) VALUES (1);
