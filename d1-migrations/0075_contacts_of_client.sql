-- A client has five hundred contacts at most: what their list and the choice of whom to invite show.
CREATE TRIGGER contacts_not_too_many BEFORE INSERT ON contacts
WHEN (SELECT count(*) FROM contacts WHERE client_id = NEW.client_id AND removed_at IS NULL) >= 500
BEGIN SELECT RAISE(ABORT, 'conflict: no more contacts'); END;
