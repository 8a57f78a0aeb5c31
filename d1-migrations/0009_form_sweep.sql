-- Files of a plain form go to R2 before anything in D1 names them, under the day they came. The clock
-- walks over these keys in order, dooms what no version names, and keeps here how far it is. What lies
-- behind that can no longer become a document: so of a form and the sweep exactly one has an object.
CREATE TABLE form_sweep (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  key              TEXT    NOT NULL                      -- the last one looked at
) STRICT;
INSERT INTO form_sweep (id, key) VALUES (1, 'form/');
