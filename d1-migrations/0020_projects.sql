-- Projects: what the business does for a client, how far it is, and what comes next.
CREATE TABLE projects (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  name             TEXT    NOT NULL,
  description      TEXT    NOT NULL DEFAULT '',          -- Markdown without HTML; the client reads it too
  status           TEXT    NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'active', 'on_hold', 'completed', 'cancelled')),
  is_open          INTEGER NOT NULL GENERATED ALWAYS AS (status IN ('planned', 'active', 'on_hold')) STORED,
  visible          INTEGER NOT NULL DEFAULT 0 CHECK (visible IN (0, 1)),
  by_tasks         INTEGER NOT NULL DEFAULT 0 CHECK (by_tasks IN (0, 1)),     -- progress from tasks, not by hand
  percent          INTEGER NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
  tasks            INTEGER NOT NULL DEFAULT 0,           -- of this project, cancelled ones left out
  tasks_done       INTEGER NOT NULL DEFAULT 0,
  starts_on        TEXT,                                 -- 'YYYY-MM-DD'
  due_on           TEXT,
  revision         INTEGER NOT NULL DEFAULT 1,           -- +1 a change, so that nobody overwrites unseen
  created_by       TEXT    REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL
) STRICT;
-- Lists: what is open first, the newest first.
CREATE INDEX projects_of_client ON projects (client_id, is_open, id);
CREATE INDEX projects_seen ON projects (client_id, is_open, id) WHERE visible = 1;

-- Points on the way, in their order. The project's revision covers them: they are saved with it.
CREATE TABLE milestones (
  project_id       TEXT    NOT NULL REFERENCES projects (id),
  position         INTEGER NOT NULL,
  name             TEXT    NOT NULL,
  due_on           TEXT,
  reached_on       TEXT,
  PRIMARY KEY (project_id, position)
) STRICT, WITHOUT ROWID;

-- A document may belong to a project of the same client.
ALTER TABLE documents ADD COLUMN project_id TEXT REFERENCES projects (id);
CREATE INDEX documents_of_project ON documents (project_id, created_at, id) WHERE project_id IS NOT NULL;
