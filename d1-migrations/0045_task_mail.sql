-- Mails about tasks: who takes them, and when a task began to wait for the client.
ALTER TABLE contacts ADD COLUMN mail_tasks INTEGER NOT NULL DEFAULT 1 CHECK (mail_tasks IN (0, 1));
ALTER TABLE staff ADD COLUMN mail_tasks INTEGER NOT NULL DEFAULT 1 CHECK (mail_tasks IN (0, 1));

-- Each time it is made to wait is told of once.
ALTER TABLE tasks ADD COLUMN asked_at INTEGER;
CREATE TRIGGER task_asks_from_the_start AFTER INSERT ON tasks WHEN NEW.waits = 1
BEGIN UPDATE tasks SET asked_at = NEW.updated_at WHERE id = NEW.id; END;
CREATE TRIGGER task_begins_to_ask AFTER UPDATE OF asks, answer, visible, status ON tasks WHEN NEW.waits = 1 AND OLD.waits = 0
BEGIN UPDATE tasks SET asked_at = NEW.updated_at WHERE id = NEW.id; END;
