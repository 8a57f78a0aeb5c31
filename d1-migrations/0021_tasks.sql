-- Tasks of a client, perhaps of a project; some wait for the client. What is said about them.
CREATE TABLE tasks (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  project_id       TEXT    REFERENCES projects (id),     -- of the same client
  title            TEXT    NOT NULL,
  description      TEXT    NOT NULL DEFAULT '',          -- Markdown without HTML; the client reads it where the task is visible
  status           TEXT    NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'doing', 'done', 'cancelled')),
  is_closed        INTEGER NOT NULL GENERATED ALWAYS AS (status IN ('done', 'cancelled')) STORED,
  visible          INTEGER NOT NULL DEFAULT 0 CHECK (visible IN (0, 1)),
  asks             TEXT    CHECK (asks IN ('complete', 'approve')),                   -- what is asked of the client
  answer           TEXT    CHECK (answer IN ('completed', 'approved', 'changes')),    -- the client's last word
  answered_by      TEXT    REFERENCES contacts (id),
  answered_at      INTEGER,
  waits            INTEGER NOT NULL GENERATED ALWAYS AS
                     (asks IS NOT NULL AND answer IS NULL AND visible = 1 AND status IN ('open', 'doing')) STORED,
  assignee_id      TEXT    REFERENCES staff (id),
  due_on           TEXT,                                 -- 'YYYY-MM-DD'
  position         INTEGER NOT NULL DEFAULT 100 CHECK (position BETWEEN 0 AND 9999),  -- lower ones stand first
  revision         INTEGER NOT NULL DEFAULT 1,           -- +1 a change, so that nobody overwrites unseen
  created_by       TEXT    REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  CHECK (asks IS NULL OR visible = 1)
) STRICT;
CREATE INDEX tasks_of_client ON tasks (client_id, is_closed, position, id);
CREATE INDEX tasks_of_project ON tasks (project_id, is_closed, position, id) WHERE project_id IS NOT NULL;
CREATE INDEX tasks_seen ON tasks (client_id, is_closed, position, id) WHERE visible = 1;
CREATE INDEX tasks_waiting ON tasks (client_id, due_on, id) WHERE waits = 1;

-- How many tasks a project has, and how many are done, without counting them for every page.
CREATE TRIGGER task_is_made AFTER INSERT ON tasks WHEN NEW.project_id IS NOT NULL
BEGIN
  UPDATE projects SET tasks = tasks + (NEW.status <> 'cancelled'), tasks_done = tasks_done + (NEW.status = 'done')
   WHERE id = NEW.project_id;
END;
CREATE TRIGGER task_is_changed AFTER UPDATE OF status, project_id ON tasks
WHEN NEW.status <> OLD.status OR NEW.project_id IS NOT OLD.project_id
BEGIN
  UPDATE projects SET tasks = tasks - (OLD.status <> 'cancelled'), tasks_done = tasks_done - (OLD.status = 'done')
   WHERE id = OLD.project_id;
  UPDATE projects SET tasks = tasks + (NEW.status <> 'cancelled'), tasks_done = tasks_done + (NEW.status = 'done')
   WHERE id = NEW.project_id;
END;

-- What is said about a task. Internal unless somebody shares it; what a contact says is shared always.
CREATE TABLE comments (
  id               TEXT    PRIMARY KEY,
  task_id          TEXT    NOT NULL REFERENCES tasks (id),
  internal         INTEGER NOT NULL DEFAULT 1 CHECK (internal IN (0, 1)),
  body             TEXT    NOT NULL,
  staff_id         TEXT    REFERENCES staff (id),
  contact_id       TEXT    REFERENCES contacts (id),
  author           TEXT    NOT NULL,                     -- the name at that moment
  created_at       INTEGER NOT NULL,
  CHECK ((staff_id IS NULL) <> (contact_id IS NULL)),
  CHECK (contact_id IS NULL OR internal = 0)
) STRICT;
CREATE INDEX comments_of_task ON comments (task_id, id);
CREATE INDEX comments_shared ON comments (task_id, id) WHERE internal = 0;
