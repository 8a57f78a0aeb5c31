-- Tasks whose client asked for changes and that nobody has, the newest answer last; the dashboard counts them.
CREATE INDEX tasks_changes_unheld ON tasks (answered_at, client_id) WHERE answer = 'changes' AND assignee_id IS NULL AND is_closed = 0;
