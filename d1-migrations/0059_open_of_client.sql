-- What a client has to pay, the longest due first, read in that order instead of sorted.
CREATE INDEX invoices_due_of_client ON invoices (client_id, due_on, id) WHERE due > 0;
