-- What time comes to, a row a day and a row a month, for each thing that can be asked for: everybody's, a client's, a
-- project's, a person's, and a person's for a client or a project. '*' stands for all. What became of it stands side by
-- side in a row. So a page reads a row for each day or month it is about, however many entries, people and projects there are.
--
-- `time_sums` and `time_in_short` are kept for a worker of the release before, and read by none of this one.
CREATE TABLE time_spent (
  client_id        TEXT    NOT NULL,                     -- or '*'
  project_id       TEXT    NOT NULL,                     -- or '*'; '' for what is of no project
  staff_id         TEXT    NOT NULL,                     -- or '*'
  is_month         INTEGER NOT NULL CHECK (is_month IN (0, 1)),
  span             TEXT    NOT NULL,                     -- 'YYYY-MM-DD' or 'YYYY-MM'
  currency         TEXT    NOT NULL,                     -- '' for none
  unbilled         INTEGER NOT NULL,                     -- minutes
  unbilled_amount  INTEGER NOT NULL,                     -- minor units
  billed           INTEGER NOT NULL,
  billed_amount    INTEGER NOT NULL,
  not_billable     INTEGER NOT NULL,
  PRIMARY KEY (client_id, project_id, staff_id, is_month, span, currency)
) STRICT, WITHOUT ROWID;
-- The months of a client with their projects.
CREATE INDEX time_spent_on_projects ON time_spent (client_id, span, project_id, currency, unbilled, billed, not_billable)
  WHERE staff_id = '*' AND is_month = 1 AND project_id <> '*';

-- Lists whose order an index did not have: what a client sees where that is the billable alone, and a person's for a project.
CREATE INDEX time_of_client_billable ON time_entries (client_id, day, id) WHERE billable = 1;
CREATE INDEX time_of_project_by_staff ON time_entries (project_id, staff_id, day, id) WHERE project_id IS NOT NULL;
CREATE INDEX time_of_project_by_staff_and_state ON time_entries (project_id, staff_id, state, day, id) WHERE project_id IS NOT NULL;

-- The rows that an entry counts in, and what it adds to each.
CREATE VIEW time_counted AS
  SELECT e.id, CASE w.column1 WHEN 1 THEN e.client_id ELSE '*' END AS client_id,
    CASE w.column2 WHEN 1 THEN coalesce(e.project_id, '') ELSE '*' END AS project_id,
    CASE w.column3 WHEN 1 THEN e.staff_id ELSE '*' END AS staff_id,
    d.column1 AS is_month, substr(e.day, 1, d.column2) AS span, coalesce(e.currency, '') AS currency,
    CASE e.state WHEN 'unbilled' THEN e.minutes ELSE 0 END AS unbilled,
    CASE e.state WHEN 'unbilled' THEN coalesce(e.amount, 0) ELSE 0 END AS unbilled_amount,
    CASE e.state WHEN 'billed' THEN e.minutes ELSE 0 END AS billed,
    CASE e.state WHEN 'billed' THEN coalesce(e.amount, 0) ELSE 0 END AS billed_amount,
    CASE e.state WHEN 'not_billable' THEN e.minutes ELSE 0 END AS not_billable
  FROM time_entries e
    CROSS JOIN (VALUES (0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1)) w
    CROSS JOIN (VALUES (0, 10), (1, 7)) d;

-- What there is: from the finest rows to those of everybody, each out of the ones before.
INSERT INTO time_spent
  SELECT client_id, project_id, staff_id, is_month, span, currency,
    sum(CASE state WHEN 'unbilled' THEN minutes ELSE 0 END), sum(CASE state WHEN 'unbilled' THEN amount ELSE 0 END),
    sum(CASE state WHEN 'billed' THEN minutes ELSE 0 END), sum(CASE state WHEN 'billed' THEN amount ELSE 0 END),
    sum(CASE state WHEN 'not_billable' THEN minutes ELSE 0 END)
  FROM time_sums GROUP BY client_id, is_month, span, project_id, staff_id, currency;
INSERT INTO time_spent
  SELECT client_id, project_id, '*', is_month, span, currency, sum(unbilled), sum(unbilled_amount), sum(billed), sum(billed_amount), sum(not_billable)
  FROM time_spent GROUP BY client_id, project_id, is_month, span, currency;
INSERT INTO time_spent
  SELECT client_id, '*', staff_id, is_month, span, currency, sum(unbilled), sum(unbilled_amount), sum(billed), sum(billed_amount), sum(not_billable)
  FROM time_spent GROUP BY client_id, staff_id, is_month, span, currency;
INSERT INTO time_spent
  SELECT '*', '*', staff_id, is_month, span, currency, sum(unbilled), sum(unbilled_amount), sum(billed), sum(billed_amount), sum(not_billable)
  FROM time_spent WHERE project_id = '*' GROUP BY staff_id, is_month, span, currency;

-- Putting an entry into this view with 1 adds it to its rows as it stands, with -1 takes it out of them.
CREATE VIEW time_spent_anew AS SELECT '' AS id, 1 AS sign;
CREATE TRIGGER time_spent_of_an_entry INSTEAD OF INSERT ON time_spent_anew
BEGIN
  INSERT INTO time_spent
    SELECT client_id, project_id, staff_id, is_month, span, currency, NEW.sign * unbilled, NEW.sign * unbilled_amount,
      NEW.sign * billed, NEW.sign * billed_amount, NEW.sign * not_billable
    FROM time_counted WHERE id = NEW.id
    ON CONFLICT DO UPDATE SET unbilled = unbilled + excluded.unbilled, unbilled_amount = unbilled_amount + excluded.unbilled_amount,
      billed = billed + excluded.billed, billed_amount = billed_amount + excluded.billed_amount, not_billable = not_billable + excluded.not_billable;
  DELETE FROM time_spent WHERE NEW.sign = -1 AND (client_id, project_id, staff_id, is_month, span, currency) IN
    (SELECT client_id, project_id, staff_id, is_month, span, currency FROM time_counted WHERE id = NEW.id)
    AND unbilled = 0 AND billed = 0 AND not_billable = 0;
END;
CREATE TRIGGER time_spent_is_added AFTER INSERT ON time_entries
BEGIN INSERT INTO time_spent_anew (id, sign) VALUES (NEW.id, 1); END;
-- Before a change and before it goes, an entry is taken out as it stands; after a change it counts again. A note is no change here.
CREATE TRIGGER time_spent_is_taken_out BEFORE UPDATE ON time_entries
WHEN (OLD.client_id, OLD.project_id, OLD.staff_id, OLD.day, OLD.minutes, OLD.billable, OLD.rate, OLD.currency, OLD.invoice_id)
  IS NOT (NEW.client_id, NEW.project_id, NEW.staff_id, NEW.day, NEW.minutes, NEW.billable, NEW.rate, NEW.currency, NEW.invoice_id)
BEGIN INSERT INTO time_spent_anew (id, sign) VALUES (OLD.id, -1); END;
CREATE TRIGGER time_spent_is_put_back AFTER UPDATE ON time_entries
WHEN (OLD.client_id, OLD.project_id, OLD.staff_id, OLD.day, OLD.minutes, OLD.billable, OLD.rate, OLD.currency, OLD.invoice_id)
  IS NOT (NEW.client_id, NEW.project_id, NEW.staff_id, NEW.day, NEW.minutes, NEW.billable, NEW.rate, NEW.currency, NEW.invoice_id)
BEGIN INSERT INTO time_spent_anew (id, sign) VALUES (NEW.id, 1); END;
CREATE TRIGGER time_spent_is_gone BEFORE DELETE ON time_entries
BEGIN INSERT INTO time_spent_anew (id, sign) VALUES (OLD.id, -1); END;
