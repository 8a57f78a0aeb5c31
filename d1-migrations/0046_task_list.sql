-- One list of all tasks: what is open by its due day, those without one last; what is over the latest first.
ALTER TABLE tasks ADD COLUMN list_key TEXT GENERATED ALWAYS AS (CASE WHEN status IN ('done', 'cancelled')
  THEN printf('%016d', 9007199254740991 - updated_at) ELSE coalesce(due_on, '9999-99-99') END) VIRTUAL;
CREATE INDEX tasks_listed ON tasks (is_closed, list_key, id);
CREATE INDEX tasks_listed_of_client ON tasks (client_id, is_closed, list_key, id);
CREATE INDEX tasks_listed_of_staff ON tasks (assignee_id, is_closed, list_key, id);
CREATE INDEX tasks_listed_waiting ON tasks (list_key, id) WHERE waits = 1;
CREATE INDEX tasks_listed_waiting_of_client ON tasks (client_id, list_key, id) WHERE waits = 1;
