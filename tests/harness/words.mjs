// Every column of the schema that holds text, and who may read it. A new one has to be put into the table
// below before the tests pass: markers.test.mjs writes a marker into all that is internal and looks for it
// on the client's side; scripts.test.mjs writes scripts into all of them and looks at every page.
//
//   key       ids, hashes, days, enumerations, sealed or made-up things: no words of a person
//   internal  words that stay among staff
//   shared    words that a client reads where the row is theirs and shown; `unseen` says which rows are not
//   business  the business's own words for everybody
//   log       the log and the mails: made of what else stands here, read by staff alone
//
// "internal email" is an e-mail address: a marker leaves it one. "shared json" is a document with texts in it.

export const COLUMNS = {
  business: { name: "business", colour: "key", logo_hash: "key", logo_type: "key", welcome_text: "business", support_email: "key", support_phone: "business", time_shown: "key", rate_currency: "key" },
  staff: { id: "key", email: "shared email", email_key: "shared email", name: "shared", role: "key", password_hash: "key" },
  clients: { id: "key", name: "shared", name_key: "shared", reference: "internal", email: "internal email", phone: "internal", address: "internal", notes: "internal" },
  client_words: { word: "key", client_id: "key", owner_id: "key" },
  accounts: { id: "key", email: "shared email", email_key: "shared email", password_hash: "key" },
  contacts: { id: "key", client_id: "key", account_id: "key", first_name: "shared", last_name: "shared", email: "shared email", email_key: "shared email", phone: "internal", job_title: "shared" },
  sessions: { id: "key", staff_id: "key", account_id: "key", contact_id: "key", device: "shared", address: "shared", country: "shared" },
  links: { id: "key", purpose: "key", token_hash: "key", code_hash: "key", browser_hash: "key", staff_id: "key", account_id: "key", contact_id: "key", email: "shared email", created_by: "key", consumed_nonce: "key", session_id: "key", revoked_reason: "key" },
  failures: { key: "key", id: "key" },
  asked_links: { id: "key", purpose: "key", email_key: "key", browser_hash: "key" },
  allowances: { kind: "key", who: "key", last: "key" },
  csp_sources: { directive: "key", blocked: "key", page: "key" },
  csp_reports: { directive: "key", blocked: "key", page: "key" },
  outbox: { id: "key", dedupe_key: "key", kind: "key", to_email: "log", to_name: "log", subject: "log", content: "log", sealed: "key", staff_id: "key", contact_id: "key", client_id: "key", link_id: "key", state: "key", lease: "key", last_error: "internal" },
  email_templates: { kind: "key", subject: "business", body: "business" },
  documents: { id: "key", client_id: "key", title: "shared", folder: "shared", description: "shared", version_id: "key", created_by: "key", project_id: "key", sent_by: "key" },
  document_versions: { id: "key", document_id: "key", blob: "key", etag: "key", file_name: "shared", content_type: "key", uploaded_by: "key", sent_by: "key" },
  uploads: { id: "key", client_id: "key", document_id: "key", blob: "key", multipart_id: "key", file_name: "internal", content_type: "key", fields: "key", created_by: "key", sent_by: "key" },
  upload_parts: { upload_id: "key", etag: "key" },
  doomed_blobs: { blob: "key", multipart_id: "key" },
  receipts: { id: "key", document_id: "key", version_id: "key", contact_id: "key", session_id: "key", device: "internal", address: "internal" },
  audit: { id: "key", principal: "key", principal_id: "key", principal_name: "log", action: "key", entity_id: "key", client_id: "key", detail: "log", address: "log" },
  billing: {
    legal_name: "business", address: "business", postcode: "business", city: "business", country: "key", vat_id: "business", tax_number: "business", registration: "business", tax_name: "business", tax_category: "key", prices: "key",
    account_name: "business", iban: "key", bic: "key", bank_name: "business", bank_details: "business", currency: "key", time_zone: "key", notes: "business", terms: "business", reminders: "key",
  },
  client_billing: { client_id: "key", legal_name: "shared", address: "shared", postcode: "shared", city: "shared", country: "key", vat_id: "shared", reference: "shared", currency: "key" },
  number_series: { id: "key", prefix: "business" },
  number_counters: { series_id: "key" },
  invoices: { id: "key", client_id: "key", state: "key", number: "shared", series_id: "key", revision_id: "key", currency: "key", issued_on: "key", due_on: "key", created_by: "key", voided_on: "key", own_number: "shared", project_id: "key" },
  invoice_revisions: { id: "key", invoice_id: "key", content: "shared json", parties: "shared json", issued_on: "key", due_on: "key", own_blob: "key", own_name: "shared", pdf_blob: "key", pdf_etag: "key", pdf_warning: "internal", created_by: "key", sealed_on: "key" },
  pay_links: { id: "key", invoice_id: "key", token_hash: "key", created_by: "key", contact_id: "key" },
  attempts: { id: "key", client_id: "key", provider: "key", currency: "key", state: "key", session_id: "key", url: "key", payment: "key", contact_id: "key", pay_link_id: "key", failure: "shared", payer_email: "shared email", sealed_token: "key" },
  attempt_invoices: { attempt_id: "key", invoice_id: "key" },
  ledger: { id: "key", kind: "key", object_id: "key", payment: "key", provider: "key", currency: "key", occurred_on: "key", client_id: "key", method: "key", reference: "shared", event_id: "key", recorded_by: "key" },
  allocations: { payment: "key", invoice_id: "key", created_by: "key" },
  stale: { what: "key", key: "key", currency: "key" },
  provider_events: { id: "key", provider: "key", type: "key", raw: "internal" },
  payment_exceptions: { id: "key", reason: "key", object_id: "key", detail: "internal", event_id: "key", payment: "key", currency: "key", invoice_id: "key", client_id: "key", resolved_by: "key", resolution: "internal" },
  reminders_sent: { invoice_id: "key", stage: "key" },
  balances: { client_id: "key", currency: "key" },
  totals: { currency: "key", span: "key" },
  owed: { currency: "key" },
  account_dues: { client_id: "key", currency: "key", span: "key" },
  account_lines: { client_id: "key", currency: "key", day: "key", source: "key", part: "key", kind: "key" },
  account_sums: { client_id: "key", currency: "key", span: "key" },
  form_sweep: { key: "key" },
  reminder_walk: { day: "key", due_on: "key", invoice_id: "key" },
  previews: { id: "key", staff_session: "key", role: "key", client_id: "key", contact_id: "key" },
  projects: { id: "key", client_id: "key", name: "shared", description: "shared", status: "key", starts_on: "key", due_on: "key", created_by: "key", rate_currency: "key" },
  milestones: { project_id: "key", name: "shared", due_on: "key", reached_on: "key" },
  tasks: { id: "key", client_id: "key", project_id: "key", title: "shared", description: "shared", status: "key", asks: "key", answer: "key", answered_by: "key", assignee_id: "key", due_on: "key", created_by: "key" },
  comments: { id: "key", task_id: "key", body: "shared", staff_id: "key", contact_id: "key", author: "shared" },
  time_entries: { id: "key", client_id: "key", project_id: "key", task_id: "key", staff_id: "key", day: "key", description: "shared", currency: "key", invoice_id: "key" },
  time_in_short: { client_id: "key", project_id: "key", span: "key", state: "key", currency: "key" },
  time_spent: { client_id: "key", project_id: "key", staff_id: "key", span: "key", currency: "key" },
  time_sums: { client_id: "key", span: "key", project_id: "key", staff_id: "key", state: "key", currency: "key" },
  timers: { staff_id: "key", id: "key", client_id: "key", project_id: "key", task_id: "key", description: "internal", currency: "key" },
  support: { categories: "business" },
  saved_replies: { id: "key", name: "internal", body: "internal" },
  tickets: { id: "key", client_id: "key", subject: "shared", category: "shared", priority: "key", status: "key", assignee_id: "key", opened_by: "key", follows: "key", merged_into: "key" },
  ticket_messages: { id: "key", ticket_id: "key", body: "shared", staff_id: "key", contact_id: "key", author: "shared" },
  ticket_files: { id: "key", message_id: "key", blob: "key", etag: "key", file_name: "shared", content_type: "key" },
  ticket_tellings: { ticket_id: "key", staff_id: "key" },
  ticket_receipts: { id: "key", file_id: "key", contact_id: "key", session_id: "key" },
  threads: { id: "key", client_id: "key", project_id: "key", subject: "shared", last_author: "shared", last_words: "shared" },
  messages: { id: "key", thread_id: "key", body: "shared", staff_id: "key", contact_id: "key", author: "shared" },
  thread_readers: { thread_id: "key", reader_id: "key", contact_id: "key", staff_id: "key" },
  message_files: { id: "key", message_id: "key", blob: "key", etag: "key", file_name: "shared", content_type: "key" },
  message_receipts: { id: "key", file_id: "key", contact_id: "key", session_id: "key" },
  search_words: { kind: "key", client_id: "key", word: "key", item_id: "key" },
  search_changes: { kind: "key", item_id: "key" },
  factors: { person_id: "key", staff_id: "key", account_id: "key", sealed: "key", recovery: "key", used_by: "key" },
  devices: { person_id: "key", hash: "key" },
  audit_chain: { audit_id: "key", hash: "key", who_salt: "key", what_salt: "key", who_digest: "key", what_digest: "key", erased_by: "key", client_id: "key", principal_id: "key", noun: "key" },
  audit_check: { broken_how: "key" },
};

/** Which rows of a table with shared words a client must not see, as conditions of SQL. `?2` is the client. */
export const UNSEEN = {
  staff: "id NOT IN (SELECT staff_id FROM messages WHERE staff_id IS NOT NULL UNION SELECT staff_id FROM ticket_messages WHERE internal = 0 AND staff_id IS NOT NULL UNION SELECT staff_id FROM comments WHERE internal = 0 AND staff_id IS NOT NULL UNION SELECT staff_id FROM time_entries)",
  clients: "id <> ?2",
  accounts: "NOT EXISTS (SELECT 1 FROM contacts c WHERE c.account_id = accounts.id AND c.client_id = ?2)",
  contacts: "client_id <> ?2",
  sessions: "coalesce((SELECT c.client_id FROM contacts c WHERE c.id = sessions.contact_id), '') <> ?2",
  links: "coalesce((SELECT c.client_id FROM contacts c WHERE c.id = links.contact_id), '') <> ?2",
  documents: "client_id <> ?2 OR visible = 0 OR deleted_at IS NOT NULL",
  document_versions: "id NOT IN (SELECT version_id FROM documents WHERE client_id = ?2 AND visible = 1 AND deleted_at IS NULL)",
  client_billing: "client_id <> ?2",
  invoices: "client_id <> ?2 OR state = 'draft'",
  invoice_revisions: "id NOT IN (SELECT revision_id FROM invoices WHERE client_id = ?2 AND state <> 'draft')",
  attempts: "client_id <> ?2",
  ledger: "coalesce(client_id, '') <> ?2",
  projects: "client_id <> ?2 OR visible = 0",
  milestones: "project_id NOT IN (SELECT id FROM projects WHERE client_id = ?2 AND visible = 1)",
  tasks: "client_id <> ?2 OR visible = 0",
  comments: "internal = 1 OR task_id NOT IN (SELECT id FROM tasks WHERE client_id = ?2 AND visible = 1)",
  time_entries: "client_id <> ?2 OR (billable = 0 AND (SELECT time_all FROM business) = 0) OR (SELECT time_shown FROM business) IN ('nothing', 'totals')",
  tickets: "client_id <> ?2",
  ticket_messages: "internal = 1 OR ticket_id NOT IN (SELECT id FROM tickets WHERE client_id = ?2)",
  ticket_files: "message_id NOT IN (SELECT m.id FROM ticket_messages m JOIN tickets t ON t.id = m.ticket_id WHERE t.client_id = ?2 AND m.internal = 0)",
  threads: "client_id <> ?2 OR shown = 0",
  messages: "thread_id NOT IN (SELECT id FROM threads WHERE client_id = ?2 AND shown = 1)",
  message_files: "message_id NOT IN (SELECT m.id FROM messages m JOIN threads t ON t.id = m.thread_id WHERE t.client_id = ?2 AND t.shown = 1)",
};

/** Texts inside documents: what is set in them. */
const INSIDE = {
  content: "json_set(content, '$.notes', ?1, '$.terms', ?1, '$.reference', ?1, '$.lines[0].description', ?1)",
  parties: "json_set(parties, '$.buyer.name', ?1, '$.buyer.address', ?1, '$.seller.name', ?1)",
};

/** What there is in the database itself: { table: [columns of text] }. */
export async function textColumns(world) {
  const { results } = await world.db.prepare(
    "SELECT m.name AS 'table', c.name FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND c.type = 'TEXT' AND c.hidden = 0 "
    + "AND m.name NOT LIKE 'd1!_%' ESCAPE '!' AND m.name NOT LIKE '!_%' ESCAPE '!' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY m.name, c.cid",
  ).all();
  const found = {};
  for (const { table, name } of results) (found[table] ??= []).push(name);
  return found;
}

/** What keeps rows as they were: nothing that is in the way of a test that writes behind the worker's back. */
export async function unlock(world) {
  const { results } = await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%' AND tbl_name <> 'must_hold'").all();
  await world.db.batch(results.map(({ name }) => world.db.prepare(`DROP TRIGGER ${name}`)));
}

/**
 * Writes `text` into the columns of these kinds ("internal", "shared", …): of a client's shared words into the
 * rows that it must not see, or with `everywhere` into all. Gives how many rows each column had: { "table.column": n }.
 */
export async function fillWords(world, client, text, kinds, { everywhere = false } = {}) {
  const written = {};
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const [column, said] of Object.entries(columns)) {
      const [kind, form] = said.split(" ");
      if (!kinds.includes(kind) || (everywhere && form)) continue;
      if (kind === "shared" && !UNSEEN[table]) throw new Error(`${table} has shared words: say in UNSEEN which rows a client must not see.`);
      const value = form === "json" ? INSIDE[column] : form === "email" ? `?1 || '.' || lower(${column})` : ["number", "own_number"].includes(column) ? "?1 || substr(id, 25)" : "?1";
      const unseen = kind === "shared" && !everywhere ? `(${UNSEEN[table]})` : "true";
      const { meta } = await world.db.prepare(`UPDATE ${table} SET ${column} = ${value} WHERE ${unseen} AND ${column} IS NOT NULL AND ?1 <> ?2`).bind(text, client.id).run();
      written[`${table}.${column}`] = meta.changes;
    }
  }
  return written;
}
