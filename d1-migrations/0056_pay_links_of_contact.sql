-- The links to invoices that went to a contact: they end when the contact goes.

CREATE INDEX pay_links_of_contact ON pay_links (contact_id) WHERE contact_id IS NOT NULL AND revoked_at IS NULL;
