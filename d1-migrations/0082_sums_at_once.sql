-- The sums of money: what a change puts out of date, said more exactly, and all of it computed by one statement. A worker
-- of the release before computes them by statements of its own, which go on to be right on this schema; the index
-- invoices_open_of_day, which they alone read, goes in a later release.

-- What is due moves a balance and what is due on its day …
DROP TRIGGER invoice_counts_anew;
CREATE TRIGGER invoice_counts_anew AFTER UPDATE ON invoices WHEN NEW.state <> 'draft'
  AND (NEW.state <> OLD.state OR NEW.due <> OLD.due OR NEW.credit <> OLD.credit OR NEW.due_on <> OLD.due_on)
BEGIN
  INSERT INTO stale (what, key, currency) VALUES ('client', NEW.client_id, NEW.currency), ('day', OLD.due_on, NEW.currency),
    ('day', NEW.due_on, NEW.currency) ON CONFLICT DO NOTHING;
END;
-- … and what was invoiced the day of issue, which no payment touches.
CREATE TRIGGER invoice_is_issued_anew AFTER UPDATE ON invoices WHEN NEW.state <> 'draft'
  AND (NEW.state <> OLD.state OR NEW.total <> OLD.total OR NEW.issued_on <> OLD.issued_on)
BEGIN
  INSERT INTO stale (what, key, currency) VALUES ('day', OLD.issued_on, NEW.currency), ('day', NEW.issued_on, NEW.currency)
    ON CONFLICT DO NOTHING;
END;

-- A statement of account shows an invoice by its revisions and its end. What was paid is of the payment's own lines;
-- only what refunds leave unasked for is a line of the invoice.
DROP TRIGGER account_hears_of_a_change;
CREATE TRIGGER account_hears_of_a_change AFTER UPDATE ON invoices WHEN NEW.state <> 'draft'
  AND (NEW.state <> OLD.state OR NEW.sent_at IS NOT OLD.sent_at OR NEW.voided_at IS NOT OLD.voided_at OR NEW.voided_on IS NOT OLD.voided_on
    OR NEW.total <> OLD.total
    OR ((OLD.status IN ('refunded', 'partially_refunded') OR NEW.status IN ('refunded', 'partially_refunded'))
      AND (NEW.status <> OLD.status OR NEW.net <> OLD.net OR NEW.due_on <> OLD.due_on)))
BEGIN INSERT INTO account_anew (source) VALUES (NEW.id); END;

-- What a client owes is kept by the day and the month already; with the number of invoices beside it, a balance is a sum of
-- months, and what is due on a day a sum of clients, read from an index alone, however many invoices are open. (An index of
-- invoices cannot give `due` by itself: SQLite takes computed columns from the row.)
ALTER TABLE account_dues ADD COLUMN open_invoices INTEGER NOT NULL DEFAULT 0;
UPDATE account_dues SET open_invoices = (SELECT count(*) FROM invoices i WHERE i.client_id = account_dues.client_id
  AND i.currency = account_dues.currency AND i.due_on = account_dues.span AND i.due > 0) WHERE is_month = 0;
UPDATE account_dues SET open_invoices = (SELECT coalesce(sum(d.open_invoices), 0) FROM account_dues d
  WHERE d.client_id = account_dues.client_id AND d.currency = account_dues.currency AND d.is_month = 0
    AND d.span BETWEEN account_dues.span || '-01' AND account_dues.span || '-31') WHERE is_month = 1;
CREATE INDEX account_dues_of_day ON account_dues (currency, span, due, open_invoices) WHERE is_month = 0;
DROP TRIGGER account_dues_of_a_day;
CREATE TRIGGER account_dues_of_a_day INSTEAD OF INSERT ON account_dues_anew
BEGIN
  INSERT INTO account_dues (client_id, currency, is_month, span, due, open_invoices)
    SELECT NEW.client_id, NEW.currency, 0, NEW.day, coalesce(sum(i.due), 0), count(*) FROM invoices i
    WHERE i.client_id = NEW.client_id AND i.currency = NEW.currency AND i.due_on = NEW.day AND i.due > 0
    ON CONFLICT (client_id, currency, is_month, span) DO UPDATE SET due = excluded.due, open_invoices = excluded.open_invoices;
  INSERT INTO account_dues (client_id, currency, is_month, span, due, open_invoices)
    SELECT NEW.client_id, NEW.currency, 1, substr(NEW.day, 1, 7), coalesce(sum(d.due), 0), coalesce(sum(d.open_invoices), 0)
    FROM account_dues d WHERE d.client_id = NEW.client_id AND d.currency = NEW.currency AND d.is_month = 0
      AND d.span BETWEEN substr(NEW.day, 1, 7) || '-01' AND substr(NEW.day, 1, 7) || '-31'
    ON CONFLICT (client_id, currency, is_month, span) DO UPDATE SET due = excluded.due, open_invoices = excluded.open_invoices;
  DELETE FROM account_dues WHERE client_id = NEW.client_id AND currency = NEW.currency AND due = 0
    AND (is_month, span) IN (VALUES (0, NEW.day), (1, substr(NEW.day, 1, 7)));
END;

-- Putting a row into this view computes anew all that `stale` notes: invoices' cached sums from the facts, then the balances
-- of their clients, the totals of the days, and those of the months. Doing it twice is harmless.
CREATE VIEW sums_anew AS SELECT 1 AS noted;
CREATE TRIGGER sums_are_computed INSTEAD OF INSERT ON sums_anew
BEGIN
  UPDATE invoices SET (paid, refunded, disputed_out, disputed_in, dispute) =
     (SELECT coalesce(sum(s.paid), 0), coalesce(sum(s.refunded), 0),
       coalesce(sum(s.disputed_out), 0), coalesce(sum(s.disputed_in), 0), coalesce(max(s.dispute), 0)
      FROM payment_shares s WHERE s.invoice_id = invoices.id),
    processing = EXISTS (SELECT 1 FROM attempt_invoices ai JOIN attempts a ON a.id = ai.attempt_id
      WHERE ai.invoice_id = invoices.id AND a.state = 'processing')
    WHERE id IN (SELECT key FROM stale WHERE what = 'invoice');

  INSERT INTO balances (client_id, currency, due, credit, open_invoices)
    SELECT st.key, st.currency, coalesce(sum(d.due), 0),
      (SELECT coalesce(sum(i.credit), 0) FROM invoices i
       WHERE i.client_id = st.key AND i.currency = st.currency AND i.credit > 0), coalesce(sum(d.open_invoices), 0)
    FROM stale st LEFT JOIN account_dues d ON d.client_id = st.key AND d.currency = st.currency AND d.is_month = 1
    WHERE st.what = 'client' GROUP BY st.key, st.currency
    ON CONFLICT (client_id, currency) DO UPDATE SET due = excluded.due,
      credit = excluded.credit, open_invoices = excluded.open_invoices;

  INSERT INTO totals (is_month, span, currency, invoiced, received, given_back, due, open_invoices)
    SELECT 0, st.key, st.currency,
      (SELECT coalesce(sum(s.total), 0) FROM invoices s
       WHERE s.currency = st.currency AND s.issued_on = st.key AND s.state = 'sent'),
      (SELECT coalesce(sum(CASE l.kind WHEN 'payment' THEN l.amount ELSE -l.amount END), 0) FROM ledger l
       WHERE l.currency = st.currency AND l.occurred_on = st.key AND l.kind IN ('payment', 'reversal')
        AND l.client_id IS NOT NULL),
      (SELECT coalesce(sum(l.amount), 0) FROM ledger l
       WHERE l.currency = st.currency AND l.occurred_on = st.key AND l.kind = 'refund'
        AND l.counts = 1 AND l.client_id IS NOT NULL),
      coalesce(sum(d.due), 0), coalesce(sum(d.open_invoices), 0)
    FROM stale st LEFT JOIN account_dues d ON d.is_month = 0 AND d.currency = st.currency AND d.span = st.key
    WHERE st.what = 'day' GROUP BY st.key, st.currency
    ON CONFLICT (is_month, span, currency) DO UPDATE SET invoiced = excluded.invoiced,
      received = excluded.received, given_back = excluded.given_back, due = excluded.due,
      open_invoices = excluded.open_invoices;

  INSERT INTO totals (is_month, span, currency, invoiced, received, given_back, due, open_invoices)
    SELECT 1, m.month, m.currency, sum(d.invoiced), sum(d.received), sum(d.given_back), sum(d.due), sum(d.open_invoices)
    FROM (SELECT DISTINCT substr(key, 1, 7) AS month, currency FROM stale WHERE what = 'day') m
    CROSS JOIN totals d ON d.is_month = 0 AND d.span BETWEEN m.month || '-01' AND m.month || '-31' AND d.currency = m.currency
    WHERE true GROUP BY m.month, m.currency
    ON CONFLICT (is_month, span, currency) DO UPDATE SET invoiced = excluded.invoiced,
      received = excluded.received, given_back = excluded.given_back, due = excluded.due,
      open_invoices = excluded.open_invoices;

  DELETE FROM stale;
END;
