-- Which member of staff was mailed about which ticket, so that many replies are one mail in five minutes.
CREATE TABLE ticket_tellings (
  ticket_id        TEXT    NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
  staff_id         TEXT    NOT NULL REFERENCES staff (id),
  told_at          INTEGER NOT NULL,                     -- when the last mail was queued
  untold           INTEGER NOT NULL DEFAULT 0,           -- replies since
  due_at           INTEGER,                              -- when they are told; null: nothing waits
  PRIMARY KEY (ticket_id, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_tellings_due ON ticket_tellings (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ticket_tellings_over ON ticket_tellings (told_at) WHERE due_at IS NULL;
CREATE INDEX ticket_tellings_of_staff ON ticket_tellings (staff_id);
