-- What a client's time comes to, without who spent it: a row a day and a row a month for all of it, and a row a month
-- for each project ('' stands for none, '*' for all). So that a page over years reads few rows, however many people log time.
CREATE TABLE time_in_short (
  client_id        TEXT    NOT NULL,
  kind             INTEGER NOT NULL CHECK (kind IN (0, 1, 2)),                 -- 0 a day, 1 a month, 2 a month of a project
  project_id       TEXT    NOT NULL,
  span             TEXT    NOT NULL,                     -- 'YYYY-MM-DD' or 'YYYY-MM'
  state            TEXT    NOT NULL,
  currency         TEXT    NOT NULL,
  minutes          INTEGER NOT NULL,
  amount           INTEGER NOT NULL,
  PRIMARY KEY (client_id, kind, span, project_id, state, currency)
) STRICT, WITHOUT ROWID;

INSERT INTO time_in_short (client_id, kind, project_id, span, state, currency, minutes, amount)
  SELECT client_id, is_month, '*', span, state, currency, sum(minutes), sum(amount) FROM time_sums
  GROUP BY client_id, is_month, span, state, currency;
INSERT INTO time_in_short (client_id, kind, project_id, span, state, currency, minutes, amount)
  SELECT client_id, 2, project_id, span, state, currency, sum(minutes), sum(amount) FROM time_sums
  WHERE is_month = 1 GROUP BY client_id, span, project_id, state, currency;

CREATE TRIGGER time_is_logged_in_short AFTER INSERT ON time_entries
BEGIN
  INSERT INTO time_in_short (client_id, kind, project_id, span, state, currency, minutes, amount)
  VALUES (NEW.client_id, 0, '*', NEW.day, NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0)),
         (NEW.client_id, 1, '*', substr(NEW.day, 1, 7), NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0)),
         (NEW.client_id, 2, coalesce(NEW.project_id, ''), substr(NEW.day, 1, 7), NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0))
  ON CONFLICT DO UPDATE SET minutes = minutes + excluded.minutes, amount = amount + excluded.amount;
END;
CREATE TRIGGER time_is_changed_in_short AFTER UPDATE ON time_entries
BEGIN
  UPDATE time_in_short SET minutes = minutes - OLD.minutes, amount = amount - coalesce(OLD.amount, 0)
   WHERE client_id = OLD.client_id AND (kind, span, project_id) IN
     (VALUES (0, OLD.day, '*'), (1, substr(OLD.day, 1, 7), '*'), (2, substr(OLD.day, 1, 7), coalesce(OLD.project_id, '')))
    AND state = OLD.state AND currency = coalesce(OLD.currency, '');
  DELETE FROM time_in_short
   WHERE client_id = OLD.client_id AND (kind, span, project_id) IN
     (VALUES (0, OLD.day, '*'), (1, substr(OLD.day, 1, 7), '*'), (2, substr(OLD.day, 1, 7), coalesce(OLD.project_id, '')))
    AND state = OLD.state AND currency = coalesce(OLD.currency, '') AND minutes = 0;
  INSERT INTO time_in_short (client_id, kind, project_id, span, state, currency, minutes, amount)
  VALUES (NEW.client_id, 0, '*', NEW.day, NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0)),
         (NEW.client_id, 1, '*', substr(NEW.day, 1, 7), NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0)),
         (NEW.client_id, 2, coalesce(NEW.project_id, ''), substr(NEW.day, 1, 7), NEW.state, coalesce(NEW.currency, ''), NEW.minutes, coalesce(NEW.amount, 0))
  ON CONFLICT DO UPDATE SET minutes = minutes + excluded.minutes, amount = amount + excluded.amount;
END;
CREATE TRIGGER time_is_deleted_in_short AFTER DELETE ON time_entries
BEGIN
  UPDATE time_in_short SET minutes = minutes - OLD.minutes, amount = amount - coalesce(OLD.amount, 0)
   WHERE client_id = OLD.client_id AND (kind, span, project_id) IN
     (VALUES (0, OLD.day, '*'), (1, substr(OLD.day, 1, 7), '*'), (2, substr(OLD.day, 1, 7), coalesce(OLD.project_id, '')))
    AND state = OLD.state AND currency = coalesce(OLD.currency, '');
  DELETE FROM time_in_short
   WHERE client_id = OLD.client_id AND (kind, span, project_id) IN
     (VALUES (0, OLD.day, '*'), (1, substr(OLD.day, 1, 7), '*'), (2, substr(OLD.day, 1, 7), coalesce(OLD.project_id, '')))
    AND state = OLD.state AND currency = coalesce(OLD.currency, '') AND minutes = 0;
END;
