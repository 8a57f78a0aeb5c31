-- Portal Permissions: which mails a contact gets, beside those about documents.
ALTER TABLE contacts ADD COLUMN mail_invoices INTEGER NOT NULL DEFAULT 1 CHECK (mail_invoices IN (0, 1));
