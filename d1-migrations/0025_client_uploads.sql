-- What clients send: documents whose first version came from a person of theirs.

-- Which mails staff get: of files that clients send.
ALTER TABLE staff ADD COLUMN mail_uploads INTEGER NOT NULL DEFAULT 1 CHECK (mail_uploads IN (0, 1));

-- Who of the client sent it; then created_by and uploaded_by are empty.
ALTER TABLE documents ADD COLUMN sent_by TEXT REFERENCES contacts (id);
ALTER TABLE document_versions ADD COLUMN sent_by TEXT REFERENCES contacts (id);
