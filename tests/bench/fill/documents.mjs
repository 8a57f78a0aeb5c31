// One document after another, each with its version; most are visible, some were downloaded.
import { inserter } from "./database.mjs";

const FOLDERS = ["", "Contracts", "Designs", "Proposals", "Reports"];
const TITLES = ["Proposal", "Contract", "First draft", "Second draft", "Report", "Photographs", "Guide", "Minutes"];

/** Gives a function that writes a document of a client at a moment: { id, title }. Objects in R2 are not made. */
export function filing(db, random, staff) {
  const document = inserter(db, "documents", "id, client_id, title, folder, visible, published_at, version_id, created_by, created_at, updated_at");
  const version = inserter(db, "document_versions", "id, document_id, number, blob, etag, file_name, content_type, size, uploaded_by, created_at");
  const receipt = inserter(db, "receipts", "id, document_id, version_id, contact_id, session_id, quarter, at");
  return (client, at) => {
    const [id, versionId, visible] = [random.id(at), random.id(at), random.percent(90)];
    const title = `${random.pick(TITLES)} ${random.below(1000)}`;
    document(id, client.id, title, random.pick(FOLDERS), visible ? 1 : 0, visible ? at : null, versionId, staff, at, at);
    version(versionId, id, 1, `filled/${versionId}`, "0", `${title}.pdf`, "application/pdf", 10_000 + random.below(2_000_000), staff, at);
    if (visible && random.percent(5)) receipt(random.id(at), id, versionId, client.contact, "filled", Math.floor(at / 900_000), at);
    return { id, title };
  };
}
