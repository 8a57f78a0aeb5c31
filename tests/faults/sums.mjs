// What the database keeps as sums and counters, worked out again from the rows they are of. Gives sentences about
// what does not agree.

const CHECKS = [
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
  ["messages not read", `SELECT r.thread_id || ' ' || r.reader_id AS what, r.unread AS kept,
    (SELECT count(*) FROM messages m WHERE m.thread_id = r.thread_id AND m.seq > r.read_seq AND coalesce(m.staff_id, m.contact_id) <> r.reader_id) AS real FROM thread_readers r`],
  ["the chain of the log", "SELECT 'entries' AS what, (SELECT count(*) FROM audit_chain WHERE hash IS NOT NULL) AS kept, (SELECT count(*) FROM audit) AS real"],
  ["numbers of invoices", "SELECT 'without a gap' AS what, coalesce(max(series_count) - min(series_count) + 1, 0) AS kept, count(*) AS real FROM invoices WHERE state = 'sent'"],
  ["mail", "SELECT state AS what, 0 AS kept, count(*) AS real FROM outbox WHERE state NOT IN ('sent', 'cancelled') GROUP BY state"],
  ["what waits to be added up", "SELECT 'stale' AS what, 0 AS kept, count(*) AS real FROM stale"],
];

/** Sentences about what does not agree, and how many figures were looked at. */
export async function sums(world) {
  const wrong = [];
  let looked = 0;
  for (const [name, sql] of CHECKS) {
    const { results } = await world.db.prepare(sql).all();
    looked += results.length;
    for (const { what, kept, real } of results) if (String(kept) !== String(real)) wrong.push(`${name} (${what}): ${kept} is kept, ${real} is right`);
  }
  return { wrong, looked };
}
