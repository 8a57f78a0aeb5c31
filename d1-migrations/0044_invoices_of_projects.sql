-- An invoice may belong to a project of the same client. It stands nowhere on the invoice itself, so it may change
-- after that was sent.
ALTER TABLE invoices ADD COLUMN project_id TEXT REFERENCES projects (id);
CREATE INDEX invoices_of_project ON invoices (project_id, issued_on, id) WHERE project_id IS NOT NULL;

-- What was billed of the time of one project alone belongs to it from the start.
UPDATE invoices SET project_id = (SELECT min(e.project_id) FROM time_entries e WHERE e.invoice_id = invoices.id)
 WHERE id IN (SELECT e.invoice_id FROM time_entries e WHERE e.invoice_id IS NOT NULL GROUP BY e.invoice_id
              HAVING count(*) = count(e.project_id) AND min(e.project_id) = max(e.project_id));
