-- Comments in the order in which they were written: their ids have the moment at which the form was shown.

CREATE INDEX comments_of_task_in_time ON comments (task_id, created_at, id);
CREATE INDEX comments_shared_in_time ON comments (task_id, created_at, id) WHERE internal = 0;
DROP INDEX comments_of_task;
DROP INDEX comments_shared;
