-- Documents: uploads that were given up, folders in order, downloads counted where they are shown.

-- An upload in parts that was given up is ended in R2 under this id before its object is deleted.
ALTER TABLE doomed_blobs ADD COLUMN multipart_id TEXT;

-- The client's list: folder by folder, the newest first in each.
CREATE INDEX documents_by_folder ON documents (client_id, folder, published_at DESC, id DESC)
  WHERE visible = 1 AND deleted_at IS NULL;

-- How often clients downloaded it and when last, kept by the triggers below, so that a list need not
-- count receipts.
ALTER TABLE documents ADD COLUMN downloads INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN downloaded_at INTEGER;
ALTER TABLE document_versions ADD COLUMN downloads INTEGER NOT NULL DEFAULT 0;
UPDATE documents SET
  downloads = (SELECT count(*) FROM receipts r WHERE r.document_id = documents.id),
  downloaded_at = (SELECT max(r.at) FROM receipts r WHERE r.document_id = documents.id);
UPDATE document_versions SET downloads = (SELECT count(*) FROM receipts r WHERE r.version_id = document_versions.id);

CREATE TRIGGER receipt_is_counted AFTER INSERT ON receipts
BEGIN
  UPDATE documents SET downloads = downloads + 1, downloaded_at = NEW.at WHERE id = NEW.document_id;
  UPDATE document_versions SET downloads = downloads + 1 WHERE id = NEW.version_id;
END;

-- A receipt goes again only when nothing could be sent after all.
CREATE TRIGGER receipt_is_taken_back AFTER DELETE ON receipts
BEGIN
  UPDATE documents SET downloads = downloads - 1,
    downloaded_at = (SELECT max(r.at) FROM receipts r WHERE r.document_id = OLD.document_id)
  WHERE id = OLD.document_id;
  UPDATE document_versions SET downloads = downloads - 1 WHERE id = OLD.version_id;
END;
