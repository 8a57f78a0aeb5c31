-- Guarding: what stands between a look and the write that follows from it.

-- What must hold for a batch to be carried out. A statement of the batch puts in whether it does: what
-- does not refuses the whole batch, what does is not kept. So what was read a moment before may be
-- relied upon, and a limit holds however many ask at once. Always empty.
CREATE TABLE must_hold (
  holds            INTEGER NOT NULL
) STRICT;
CREATE TRIGGER held_or_nothing BEFORE INSERT ON must_hold
BEGIN SELECT CASE NEW.holds WHEN 1 THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'conflict: it no longer holds') END; END;
