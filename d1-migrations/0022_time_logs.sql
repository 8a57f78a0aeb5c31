-- Time Logs: what was spent, by whom, for whom; which invoice billed it; what clients see of it.

-- What clients see, and the rate where nothing nearer says one.
ALTER TABLE business ADD COLUMN time_shown TEXT NOT NULL DEFAULT 'totals' CHECK (time_shown IN ('nothing', 'totals', 'entries', 'people'));
ALTER TABLE business ADD COLUMN time_all INTEGER NOT NULL DEFAULT 0 CHECK (time_all IN (0, 1));  -- also what is not billable
ALTER TABLE business ADD COLUMN hourly_rate INTEGER;               -- hundredths of the minor unit; null: none
ALTER TABLE business ADD COLUMN rate_currency TEXT;

-- A project may have a rate of its own, and a budget.
ALTER TABLE projects ADD COLUMN hourly_rate INTEGER;
ALTER TABLE projects ADD COLUMN rate_currency TEXT;
ALTER TABLE projects ADD COLUMN budget_minutes INTEGER CHECK (budget_minutes > 0);

-- An entry. What it comes to is what a line of an invoice over it comes to: hours to four decimals,
-- halves up, times the rate, halves up. `invoice_id` alone decides whether it is billed.
CREATE TABLE time_entries (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  project_id       TEXT    REFERENCES projects (id),     -- of the same client
  task_id          TEXT    REFERENCES tasks (id),        -- of the same client
  staff_id         TEXT    NOT NULL REFERENCES staff (id),                     -- who spent it
  day              TEXT    NOT NULL,                     -- 'YYYY-MM-DD', of the business
  minutes          INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
  description      TEXT    NOT NULL DEFAULT '',          -- the client reads it where entries are shown
  billable         INTEGER NOT NULL DEFAULT 1 CHECK (billable IN (0, 1)),
  rate             INTEGER CHECK (rate BETWEEN 0 AND 100000000000),            -- of an hour, hundredths of the minor unit
  currency         TEXT,
  invoice_id       TEXT    REFERENCES invoices (id),
  state            TEXT    NOT NULL GENERATED ALWAYS AS (CASE WHEN invoice_id IS NOT NULL THEN 'billed'
                     WHEN billable = 1 THEN 'unbilled' ELSE 'not_billable' END) STORED,
  amount           INTEGER GENERATED ALWAYS AS (CASE WHEN billable = 1 THEN
                     (((minutes * 20000 + 60) / 120) * rate + 500000) / 1000000 END) STORED,  -- minor units
  revision         INTEGER NOT NULL DEFAULT 1,           -- +1 a change, so that nobody overwrites unseen
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  CHECK ((rate IS NULL) = (currency IS NULL)),
  CHECK (invoice_id IS NULL OR (billable = 1 AND rate IS NOT NULL))
) STRICT;
-- Lists: the newest day first.
CREATE INDEX time_by_day ON time_entries (day, id);
CREATE INDEX time_by_state ON time_entries (state, day, id);
CREATE INDEX time_of_client ON time_entries (client_id, day, id);
CREATE INDEX time_of_client_by_state ON time_entries (client_id, state, day, id);
CREATE INDEX time_of_client_by_staff ON time_entries (client_id, staff_id, day, id);
CREATE INDEX time_of_client_by_staff_and_state ON time_entries (client_id, staff_id, state, day, id);
CREATE INDEX time_of_project ON time_entries (project_id, day, id) WHERE project_id IS NOT NULL;
CREATE INDEX time_of_project_by_state ON time_entries (project_id, state, day, id) WHERE project_id IS NOT NULL;
CREATE INDEX time_of_staff ON time_entries (staff_id, day, id);
CREATE INDEX time_of_staff_by_state ON time_entries (staff_id, state, day, id);
CREATE INDEX time_of_task ON time_entries (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX time_of_invoice ON time_entries (invoice_id, day, id) WHERE invoice_id IS NOT NULL;

-- What entries come to, a row a day and a row a month, so that no page adds up entries. '' stands for
-- no project and no currency.
CREATE TABLE time_sums (
  client_id        TEXT    NOT NULL,
  is_month         INTEGER NOT NULL CHECK (is_month IN (0, 1)),
  span             TEXT    NOT NULL,                     -- 'YYYY-MM-DD' or 'YYYY-MM'
  project_id       TEXT    NOT NULL,
  staff_id         TEXT    NOT NULL,
  state            TEXT    NOT NULL,
  currency         TEXT    NOT NULL,
  minutes          INTEGER NOT NULL,
  amount           INTEGER NOT NULL,
  PRIMARY KEY (client_id, is_month, span, project_id, staff_id, state, currency)
) STRICT, WITHOUT ROWID;
CREATE INDEX time_sums_of_all ON time_sums (is_month, span);
CREATE INDEX time_sums_unbilled ON time_sums (is_month, span) WHERE state = 'unbilled';
CREATE INDEX time_sums_of_project ON time_sums (project_id, is_month, span);

CREATE TRIGGER time_is_logged AFTER INSERT ON time_entries
BEGIN
  INSERT INTO time_sums (client_id, is_month, span, project_id, staff_id, state, currency, minutes, amount)
  VALUES (NEW.client_id, 0, NEW.day, coalesce(NEW.project_id, ''), NEW.staff_id, NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0)),
         (NEW.client_id, 1, substr(NEW.day, 1, 7), coalesce(NEW.project_id, ''), NEW.staff_id, NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0))
  ON CONFLICT DO UPDATE SET minutes = minutes + excluded.minutes, amount = amount + excluded.amount;
END;
CREATE TRIGGER time_is_changed AFTER UPDATE ON time_entries
BEGIN
  UPDATE time_sums SET minutes = minutes - OLD.minutes, amount = amount - coalesce(OLD.amount, 0)
   WHERE client_id = OLD.client_id AND (is_month, span) IN (VALUES (0, OLD.day), (1, substr(OLD.day, 1, 7)))
    AND project_id = coalesce(OLD.project_id, '') AND staff_id = OLD.staff_id AND state = OLD.state AND currency = coalesce(OLD.currency, '');
  DELETE FROM time_sums
   WHERE client_id = OLD.client_id AND (is_month, span) IN (VALUES (0, OLD.day), (1, substr(OLD.day, 1, 7)))
    AND project_id = coalesce(OLD.project_id, '') AND staff_id = OLD.staff_id AND state = OLD.state AND currency = coalesce(OLD.currency, '')
    AND minutes = 0;
  INSERT INTO time_sums (client_id, is_month, span, project_id, staff_id, state, currency, minutes, amount)
  VALUES (NEW.client_id, 0, NEW.day, coalesce(NEW.project_id, ''), NEW.staff_id, NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0)),
         (NEW.client_id, 1, substr(NEW.day, 1, 7), coalesce(NEW.project_id, ''), NEW.staff_id, NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0))
  ON CONFLICT DO UPDATE SET minutes = minutes + excluded.minutes, amount = amount + excluded.amount;
END;
CREATE TRIGGER time_is_deleted AFTER DELETE ON time_entries
BEGIN
  UPDATE time_sums SET minutes = minutes - OLD.minutes, amount = amount - coalesce(OLD.amount, 0)
   WHERE client_id = OLD.client_id AND (is_month, span) IN (VALUES (0, OLD.day), (1, substr(OLD.day, 1, 7)))
    AND project_id = coalesce(OLD.project_id, '') AND staff_id = OLD.staff_id AND state = OLD.state AND currency = coalesce(OLD.currency, '');
  DELETE FROM time_sums
   WHERE client_id = OLD.client_id AND (is_month, span) IN (VALUES (0, OLD.day), (1, substr(OLD.day, 1, 7)))
    AND project_id = coalesce(OLD.project_id, '') AND staff_id = OLD.staff_id AND state = OLD.state AND currency = coalesce(OLD.currency, '')
    AND minutes = 0;
END;

-- What is billed stays as it was billed. It is free again once its draft is deleted or its invoice void.
CREATE TRIGGER time_billed_stays BEFORE UPDATE OF client_id, project_id, task_id, staff_id, day, minutes, description, billable, rate, currency ON time_entries
WHEN OLD.invoice_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'conflict: this time is billed'); END;
CREATE TRIGGER time_billed_is_kept BEFORE DELETE ON time_entries WHEN OLD.invoice_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'conflict: this time is billed'); END;
CREATE TRIGGER time_is_billed_once BEFORE UPDATE OF invoice_id ON time_entries
WHEN OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS NOT NULL AND NEW.invoice_id <> OLD.invoice_id
BEGIN SELECT RAISE(ABORT, 'conflict: this time is billed'); END;
CREATE TRIGGER invoice_frees_its_time BEFORE DELETE ON invoices
BEGIN UPDATE time_entries SET invoice_id = NULL, revision = revision + 1 WHERE invoice_id = OLD.id; END;
CREATE TRIGGER void_invoice_frees_its_time AFTER UPDATE OF state ON invoices WHEN NEW.state = 'void'
BEGIN UPDATE time_entries SET invoice_id = NULL, revision = revision + 1 WHERE invoice_id = NEW.id; END;

-- The timer of a member of staff, while it runs. The entry it becomes has its id.
CREATE TABLE timers (
  staff_id         TEXT    PRIMARY KEY REFERENCES staff (id),
  id               TEXT    NOT NULL UNIQUE,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  project_id       TEXT    REFERENCES projects (id),
  task_id          TEXT    REFERENCES tasks (id),
  description      TEXT    NOT NULL DEFAULT '',
  billable         INTEGER NOT NULL DEFAULT 1 CHECK (billable IN (0, 1)),
  rate             INTEGER,
  currency         TEXT,
  started_at       INTEGER NOT NULL
) STRICT;
-- What a member of staff has to do, to log time for.
CREATE INDEX tasks_of_assignee ON tasks (assignee_id, position, id) WHERE is_closed = 0;
