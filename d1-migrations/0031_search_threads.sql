-- Conversations are found by their subject; see 0027.
CREATE TRIGGER search_thread_made AFTER INSERT ON threads
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('thread', NEW.id); END;
CREATE TRIGGER search_thread_changed AFTER UPDATE OF subject ON threads
BEGIN INSERT INTO search_changes (kind, item_id) VALUES ('thread', NEW.id); END;
INSERT INTO search_changes (kind, item_id) SELECT 'thread', id FROM threads;
