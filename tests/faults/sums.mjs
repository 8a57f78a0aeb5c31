// What the database keeps as sums and counters, worked out again from the rows they are of. Gives sentences about
// what does not agree.

const CHECKS = [
  ["clients", `SELECT 'counted' AS what, n.clients || '/' || n.enabled AS kept,
    (SELECT count(*) || '/' || coalesce(sum(portal_enabled), 0) FROM clients WHERE archived_at IS NULL) AS real FROM client_counts n`],
  ["a project's tasks", `SELECT p.id AS what, p.tasks || '/' || p.tasks_done AS kept,
    (SELECT count(*) FROM tasks t WHERE t.project_id = p.id AND t.status <> 'cancelled') || '/' ||
    (SELECT count(*) FROM tasks t WHERE t.project_id = p.id AND t.status = 'done') AS real FROM projects p`],
  ["time of a day", `SELECT client_id || ' ' || day AS what, sum(minutes) AS real,
    (SELECT sum(s.unbilled + s.billed + s.not_billable) FROM time_spent s WHERE s.client_id = e.client_id AND s.project_id = '*' AND s.staff_id = '*' AND s.is_month = 0 AND s.span = e.day) AS kept FROM time_entries e GROUP BY client_id, day`],
  ["time of a month", `SELECT client_id || ' ' || substr(day, 1, 7) AS what, sum(minutes) AS real,
    (SELECT sum(s.unbilled + s.billed + s.not_billable) FROM time_spent s WHERE s.client_id = e.client_id AND s.project_id = '*' AND s.staff_id = '*' AND s.is_month = 1 AND s.span = substr(e.day, 1, 7)) AS kept FROM time_entries e GROUP BY client_id, substr(day, 1, 7)`],
  ["what is paid of an invoice", `SELECT i.id AS what, i.paid AS kept,
    (SELECT coalesce(sum(l.amount), 0) FROM allocations a JOIN ledger l ON l.payment = a.payment AND l.kind = 'payment' AND l.counts = 1 WHERE a.invoice_id = i.id) AS real
    FROM invoices i WHERE i.state = 'sent'`],
  ["what a client owes", `SELECT c.id AS what, coalesce((SELECT sum(b.due) FROM balances b WHERE b.client_id = c.id), 0) AS kept,
    (SELECT coalesce(sum(max(0, i.total - (SELECT coalesce(sum(l.amount), 0) FROM allocations a JOIN ledger l ON l.payment = a.payment AND l.kind = 'payment' AND l.counts = 1 WHERE a.invoice_id = i.id))), 0)
     FROM invoices i WHERE i.client_id = c.id AND i.state = 'sent') AS real FROM clients c`],
  ["what came in on a day", `SELECT l.occurred_on AS what, sum(l.amount) AS real,
    (SELECT sum(t.received) FROM totals t WHERE t.is_month = 0 AND t.span = l.occurred_on) AS kept FROM ledger l WHERE l.kind = 'payment' AND l.counts = 1 GROUP BY l.occurred_on`],
  ["what was invoiced on a day", `SELECT i.issued_on AS what, sum(i.total) AS real,
    (SELECT sum(t.invoiced) FROM totals t WHERE t.is_month = 0 AND t.span = i.issued_on) AS kept FROM invoices i WHERE i.state = 'sent' GROUP BY i.issued_on`],
  ["what the business is owed", `SELECT o.currency AS what, o.due || '/' || o.open_invoices AS kept,
    (SELECT coalesce(sum(i.due), 0) || '/' || count(*) FROM invoices i WHERE i.currency = o.currency AND i.due > 0) AS real FROM owed o
    UNION ALL SELECT i.currency, 'nothing', sum(i.due) FROM invoices i WHERE i.due > 0 AND i.currency NOT IN (SELECT currency FROM owed) GROUP BY i.currency`],
  ["what a client owes, of which, by how much, of how many", `SELECT b.client_id || ' ' || b.currency AS what, b.due || '/' || b.credit || '/' || b.open_invoices AS kept,
    (SELECT coalesce(sum(i.due), 0) || '/' || coalesce(sum(i.credit), 0) || '/' || coalesce(sum(i.due > 0), 0) FROM invoices i WHERE i.client_id = b.client_id AND i.currency = b.currency) AS real FROM balances b`],
  ["what is due on a day", `SELECT coalesce(k.what, r.what) AS what, k.due AS kept, r.due AS real
    FROM (SELECT client_id || ' ' || currency || ' ' || span AS what, due FROM account_dues WHERE is_month = 0) k
    FULL JOIN (SELECT client_id || ' ' || currency || ' ' || due_on AS what, sum(due) AS due FROM invoices WHERE due > 0 GROUP BY client_id, currency, due_on) r ON r.what = k.what`],
  ["what is due in a month", `SELECT coalesce(k.what, r.what) AS what, k.due AS kept, r.due AS real
    FROM (SELECT client_id || ' ' || currency || ' ' || span AS what, due FROM account_dues WHERE is_month = 1) k
    FULL JOIN (SELECT client_id || ' ' || currency || ' ' || substr(due_on, 1, 7) AS what, sum(due) AS due FROM invoices WHERE due > 0 GROUP BY client_id, currency, substr(due_on, 1, 7)) r ON r.what = k.what`],
  ["what happened on an account", `SELECT coalesce(k.what, r.what) AS what, k.line AS kept, r.line AS real
    FROM (SELECT source || ' ' || part AS what, json_array(client_id, currency, day, at, kind, amount) AS line FROM account_lines) k
    FULL JOIN (SELECT source || ' ' || part AS what, json_array(client_id, currency, day, at, kind, amount) AS line FROM account_happened) r ON r.what = k.what`],
  ...[["month", 7, 0], ["year", 4, 1]].map(([span, letters, is]) => [`what a ${span} came to on an account`, `SELECT coalesce(k.what, r.what) AS what, coalesce(k.change, 0) AS kept, coalesce(r.change, 0) AS real
    FROM (SELECT client_id || ' ' || currency || ' ' || span AS what, change FROM account_sums WHERE is_year = ${is}) k
    FULL JOIN (SELECT client_id || ' ' || currency || ' ' || substr(day, 1, ${letters}) AS what,
      sum(CASE WHEN kind IN ('invoice', 'revision', 'reversal', 'refund', 'dispute_out') THEN amount ELSE -amount END) AS change
      FROM account_happened GROUP BY client_id, currency, substr(day, 1, ${letters})) r ON r.what = k.what`]),
  ["messages not read", `SELECT r.thread_id || ' ' || r.reader_id AS what, r.unread AS kept,
    (SELECT count(*) FROM messages m WHERE m.thread_id = r.thread_id AND m.seq > r.read_seq AND coalesce(m.staff_id, m.contact_id) <> r.reader_id) AS real FROM thread_readers r`],
  ["the chain of the log", "SELECT 'entries' AS what, (SELECT count(*) FROM audit_chain WHERE hash IS NOT NULL) AS kept, (SELECT count(*) FROM audit) AS real"],
  ["numbers of invoices", "SELECT 'without a gap' AS what, coalesce(max(series_count) - min(series_count) + 1, 0) AS kept, count(*) AS real FROM invoices WHERE state = 'sent'"],
  ["mail", "SELECT state AS what, 0 AS kept, count(*) AS real FROM outbox WHERE state NOT IN ('sent', 'cancelled') GROUP BY state"],
];

/** The rows of a check. A connection that lay still for long may be closed just when it is used: then it is asked once more. */
function rowsOf(world, sql) {
  const ask = () => world.db.prepare(sql).all();
  return ask().catch((error) => {
    if (error.cause?.code !== "UND_ERR_SOCKET") throw error;
    return ask();
  });
}

/** Sentences about what does not agree, and how many figures were looked at; `only`: of those checks. */
export async function sums(world, only) {
  const wrong = [];
  let looked = 0;
  for (const [name, sql] of CHECKS) {
    if (only && !only.includes(name)) continue;
    const { results } = await rowsOf(world, sql);
    looked += results.length;
    for (const { what, kept, real } of results) if (String(kept) !== String(real)) wrong.push(`${name} (${what}): ${kept} is kept, ${real} is right`);
  }
  return { wrong, looked };
}
