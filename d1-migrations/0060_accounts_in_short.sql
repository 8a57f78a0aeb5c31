-- Sums that pages read instead of adding up what grows: what a client's account moved and what is due on it, and what
-- the business is owed. Additive, so a worker of the release before runs on it unchanged, and leaves it right.
--
-- Everything here follows from invoices, revisions, the ledger and allocations. Triggers make it anew from them within
-- the statement that changes them, never by adding to what stands, so that no way of writing can forget to; the views
-- say from what. tests/faults/sums.mjs compares the two.

-- A client's invoices that are not open any more, newest first; and those about which a bank has the word.
CREATE INDEX invoices_closed_of_client ON invoices (client_id, issued_on, id) WHERE due = 0 AND state <> 'draft';
CREATE INDEX invoices_held_of_client ON invoices (client_id, currency) WHERE status IN ('disputed', 'charged_back');

-- What the business is owed in all, by currency: the sum of its months.
CREATE TABLE owed (
  currency         TEXT    PRIMARY KEY,
  due              INTEGER NOT NULL,
  open_invoices    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX totals_due_of_currency ON totals (currency, is_month, span, due, open_invoices) WHERE due <> 0;
CREATE TRIGGER owed_of_a_new_month AFTER INSERT ON totals WHEN NEW.is_month = 1 AND NEW.due <> 0
BEGIN
  INSERT INTO owed (currency, due, open_invoices)
    SELECT NEW.currency, coalesce(sum(t.due), 0), coalesce(sum(t.open_invoices), 0)
    FROM totals t WHERE t.currency = NEW.currency AND t.is_month = 1 AND t.due <> 0
    ON CONFLICT (currency) DO UPDATE SET due = excluded.due, open_invoices = excluded.open_invoices;
END;
CREATE TRIGGER owed_of_a_month AFTER UPDATE ON totals
WHEN NEW.is_month = 1 AND (NEW.due <> OLD.due OR NEW.open_invoices <> OLD.open_invoices)
BEGIN
  INSERT INTO owed (currency, due, open_invoices)
    SELECT NEW.currency, coalesce(sum(t.due), 0), coalesce(sum(t.open_invoices), 0)
    FROM totals t WHERE t.currency = NEW.currency AND t.is_month = 1 AND t.due <> 0
    ON CONFLICT (currency) DO UPDATE SET due = excluded.due, open_invoices = excluded.open_invoices;
END;
INSERT INTO owed (currency, due, open_invoices)
  SELECT currency, sum(due), sum(open_invoices) FROM totals WHERE is_month = 1 AND due <> 0 GROUP BY currency;

-- What is due of a client by the day on which it falls due, and by the month of it. Days and months of which nothing is
-- due have no row.
CREATE TABLE account_dues (
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  currency         TEXT    NOT NULL,
  is_month         INTEGER NOT NULL CHECK (is_month IN (0, 1)),
  span             TEXT    NOT NULL,                     -- 'YYYY-MM-DD' or 'YYYY-MM'
  due              INTEGER NOT NULL,
  PRIMARY KEY (client_id, currency, is_month, span)
) STRICT, WITHOUT ROWID;
-- Putting a day into this view adds it and its month up anew.
CREATE VIEW account_dues_anew AS SELECT '' AS client_id, '' AS currency, '' AS day;
CREATE TRIGGER account_dues_of_a_day INSTEAD OF INSERT ON account_dues_anew
BEGIN
  INSERT INTO account_dues (client_id, currency, is_month, span, due)
    SELECT NEW.client_id, NEW.currency, 0, NEW.day, coalesce(sum(i.due), 0) FROM invoices i
    WHERE i.client_id = NEW.client_id AND i.currency = NEW.currency AND i.due_on = NEW.day AND i.due > 0
    ON CONFLICT (client_id, currency, is_month, span) DO UPDATE SET due = excluded.due;
  INSERT INTO account_dues (client_id, currency, is_month, span, due)
    SELECT NEW.client_id, NEW.currency, 1, substr(NEW.day, 1, 7), coalesce(sum(d.due), 0) FROM account_dues d
    WHERE d.client_id = NEW.client_id AND d.currency = NEW.currency AND d.is_month = 0
      AND d.span BETWEEN substr(NEW.day, 1, 7) || '-01' AND substr(NEW.day, 1, 7) || '-31'
    ON CONFLICT (client_id, currency, is_month, span) DO UPDATE SET due = excluded.due;
  DELETE FROM account_dues WHERE client_id = NEW.client_id AND currency = NEW.currency AND due = 0
    AND (is_month, span) IN (VALUES (0, NEW.day), (1, substr(NEW.day, 1, 7)));
END;
CREATE TRIGGER account_owes AFTER INSERT ON invoices WHEN NEW.due > 0
BEGIN INSERT INTO account_dues_anew (client_id, currency, day) VALUES (NEW.client_id, NEW.currency, NEW.due_on); END;
CREATE TRIGGER account_owes_otherwise AFTER UPDATE ON invoices
WHEN NEW.due <> OLD.due OR (NEW.due > 0 AND NEW.due_on <> OLD.due_on)
BEGIN
  INSERT INTO account_dues_anew (client_id, currency, day)
    SELECT OLD.client_id, OLD.currency, OLD.due_on UNION SELECT NEW.client_id, NEW.currency, NEW.due_on;
END;
INSERT INTO account_dues (client_id, currency, is_month, span, due)
  SELECT client_id, currency, 0, due_on, sum(due) FROM invoices WHERE due > 0 GROUP BY client_id, currency, due_on;
INSERT INTO account_dues (client_id, currency, is_month, span, due)
  SELECT client_id, currency, 1, substr(span, 1, 7), sum(due) FROM account_dues WHERE is_month = 0
  GROUP BY client_id, currency, substr(span, 1, 7);

-- What happened on a client's account, as domain::statement::EntryKind names it. `source` is the invoice or the payment
-- that it is about, `part` what of it: a revision, a fact, or the kind itself. Asked with `source = ?`.
--   * An invoice counts from its date, or from the day it was sent where that is earlier; a revision by what it asks for
--     more or less than the one before.
--   * What was refunded is not asked for until staff reopen it: 'released'.
--   * Of a dispute that was lost nothing came back, whatever was told before; of a payment that was reversed only both count.
--   * What the provider says was given back in all, beyond the refunds it told of one by one, is a refund of its own.
CREATE VIEW account_happened AS
SELECT i.client_id, i.currency, i.id AS source, r.id AS part, CASE r.number WHEN 1 THEN 'invoice' ELSE 'revision' END AS kind,
  CASE r.number WHEN 1 THEN min(r.issued_on, r.sealed_on) ELSE r.sealed_on END AS day, coalesce(r.sealed_at, 0) AS at,
  r.total - coalesce((SELECT p.total FROM invoice_revisions p WHERE p.invoice_id = r.invoice_id
    AND p.number < r.number AND p.sealed_on IS NOT NULL ORDER BY p.number DESC LIMIT 1), 0) AS amount
FROM invoices i CROSS JOIN invoice_revisions r ON r.invoice_id = i.id AND r.sealed_on IS NOT NULL WHERE i.state <> 'draft'
UNION ALL
SELECT i.client_id, i.currency, i.id, 'void', 'void', i.voided_on, coalesce(i.voided_at, 0), i.total
FROM invoices i WHERE i.state = 'void' AND i.voided_on IS NOT NULL
UNION ALL
SELECT i.client_id, i.currency, i.id, 'released', 'released', coalesce((SELECT max(l.occurred_on) FROM allocations a
    CROSS JOIN ledger l ON l.payment = a.payment AND l.kind IN ('refund', 'refund_floor') WHERE a.invoice_id = i.id), i.due_on),
  coalesce(i.sent_at, 0), i.total - i.net
FROM invoices i WHERE i.status IN ('refunded', 'partially_refunded') AND i.total > i.net
UNION ALL
SELECT l.client_id, l.currency, l.payment, l.id, l.kind, l.occurred_on, l.occurred_at,
  CASE l.kind WHEN 'dispute_in' THEN min(l.amount, (SELECT o.amount FROM ledger o
    WHERE o.kind = 'dispute_out' AND o.object_id = l.object_id)) ELSE l.amount END
FROM ledger l WHERE l.client_id IS NOT NULL AND (l.kind IN ('payment', 'reversal')
  OR (l.kind IN ('dispute_out', 'dispute_in', 'refund') AND l.counts = 1
    AND EXISTS (SELECT 1 FROM ledger p WHERE p.payment = l.payment AND p.kind = 'payment')
    AND NOT EXISTS (SELECT 1 FROM ledger x WHERE x.payment = l.payment AND x.kind = 'reversal')
    AND (l.kind <> 'dispute_in' OR (EXISTS (SELECT 1 FROM ledger o WHERE o.kind = 'dispute_out' AND o.object_id = l.object_id)
      AND NOT EXISTS (SELECT 1 FROM ledger o WHERE o.kind = 'dispute_lost' AND o.object_id = l.object_id)))))
UNION ALL
SELECT t.client_id, t.currency, t.payment, 'refund_floor', 'refund', t.day, 0, s.refunded - t.told
FROM (SELECT f.client_id, f.currency, f.payment, max(f.occurred_on) AS day, (SELECT coalesce(sum(r.amount), 0) FROM ledger r
      WHERE r.payment = f.payment AND r.kind = 'refund' AND r.counts = 1) AS told
    FROM ledger f WHERE f.kind = 'refund_floor' AND f.client_id IS NOT NULL GROUP BY f.payment, f.client_id, f.currency) t
  CROSS JOIN payment_sums s ON s.payment = t.payment AND s.refunded > t.told;

-- The same, kept in the order of a statement of account.
CREATE TABLE account_lines (
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  currency         TEXT    NOT NULL,
  day              TEXT    NOT NULL,
  at               INTEGER NOT NULL,
  source           TEXT    NOT NULL,
  part             TEXT    NOT NULL,
  kind             TEXT    NOT NULL,
  amount           INTEGER NOT NULL,
  -- What it adds to what the client owes.
  change           INTEGER NOT NULL GENERATED ALWAYS AS (CASE
                     WHEN kind IN ('void', 'payment', 'dispute_in', 'released') THEN -amount ELSE amount END) VIRTUAL,
  PRIMARY KEY (client_id, currency, day, at, source, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_lines_of_source ON account_lines (source);
-- … and what each month and each year comes to.
CREATE TABLE account_sums (
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  currency         TEXT    NOT NULL,
  is_year          INTEGER NOT NULL CHECK (is_year IN (0, 1)),
  span             TEXT    NOT NULL,                     -- 'YYYY-MM' or 'YYYY'
  change           INTEGER NOT NULL,
  PRIMARY KEY (client_id, currency, is_year, span)
) STRICT, WITHOUT ROWID;

INSERT INTO account_lines (client_id, currency, day, at, source, part, kind, amount)
  SELECT client_id, currency, day, at, source, part, kind, amount FROM account_happened;
INSERT INTO account_sums (client_id, currency, is_year, span, change)
  SELECT client_id, currency, 0, substr(day, 1, 7), sum(change) FROM account_lines GROUP BY client_id, currency, substr(day, 1, 7);
INSERT INTO account_sums (client_id, currency, is_year, span, change)
  SELECT client_id, currency, 1, substr(span, 1, 4), sum(change) FROM account_sums WHERE is_year = 0
  GROUP BY client_id, currency, substr(span, 1, 4);

-- Putting a day into this view adds its month and its year up anew.
CREATE VIEW account_sums_anew AS SELECT '' AS client_id, '' AS currency, '' AS day;
CREATE TRIGGER account_sums_of_a_day INSTEAD OF INSERT ON account_sums_anew
BEGIN
  INSERT INTO account_sums (client_id, currency, is_year, span, change)
    SELECT NEW.client_id, NEW.currency, 0, substr(NEW.day, 1, 7), coalesce(sum(l.change), 0) FROM account_lines l
    WHERE l.client_id = NEW.client_id AND l.currency = NEW.currency
      AND l.day BETWEEN substr(NEW.day, 1, 7) || '-01' AND substr(NEW.day, 1, 7) || '-31'
    ON CONFLICT (client_id, currency, is_year, span) DO UPDATE SET change = excluded.change;
  INSERT INTO account_sums (client_id, currency, is_year, span, change)
    SELECT NEW.client_id, NEW.currency, 1, substr(NEW.day, 1, 4), coalesce(sum(m.change), 0) FROM account_sums m
    WHERE m.client_id = NEW.client_id AND m.currency = NEW.currency AND m.is_year = 0
      AND m.span BETWEEN substr(NEW.day, 1, 4) || '-01' AND substr(NEW.day, 1, 4) || '-12'
    ON CONFLICT (client_id, currency, is_year, span) DO UPDATE SET change = excluded.change;
END;
CREATE TRIGGER account_line_counts AFTER INSERT ON account_lines
BEGIN INSERT INTO account_sums_anew (client_id, currency, day) VALUES (NEW.client_id, NEW.currency, NEW.day); END;
CREATE TRIGGER account_line_counts_no_more AFTER DELETE ON account_lines
BEGIN INSERT INTO account_sums_anew (client_id, currency, day) VALUES (OLD.client_id, OLD.currency, OLD.day); END;

-- Putting an invoice or a payment into this view makes its lines anew; those that stay as they are are not written.
CREATE VIEW account_anew AS SELECT '' AS source;
CREATE TRIGGER account_lines_anew INSTEAD OF INSERT ON account_anew
BEGIN
  DELETE FROM account_lines WHERE source = NEW.source
    AND (client_id, currency, day, at, part, kind, amount) NOT IN
     (SELECT h.client_id, h.currency, h.day, h.at, h.part, h.kind, h.amount FROM account_happened h WHERE h.source = NEW.source);
  INSERT INTO account_lines (client_id, currency, day, at, source, part, kind, amount)
    SELECT h.client_id, h.currency, h.day, h.at, h.source, h.part, h.kind, h.amount FROM account_happened h
    WHERE h.source = NEW.source ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER account_hears_of_an_invoice AFTER INSERT ON invoices WHEN NEW.state <> 'draft'
BEGIN INSERT INTO account_anew (source) VALUES (NEW.id); END;
CREATE TRIGGER account_hears_of_a_change AFTER UPDATE ON invoices WHEN NEW.state <> 'draft'
  AND (NEW.state <> OLD.state OR NEW.status <> OLD.status OR NEW.total <> OLD.total OR NEW.net <> OLD.net OR NEW.due_on <> OLD.due_on
    OR NEW.sent_at IS NOT OLD.sent_at OR NEW.voided_at IS NOT OLD.voided_at OR NEW.voided_on IS NOT OLD.voided_on)
BEGIN INSERT INTO account_anew (source) VALUES (NEW.id); END;
CREATE TRIGGER account_hears_of_a_revision AFTER INSERT ON invoice_revisions WHEN NEW.sealed_on IS NOT NULL
BEGIN INSERT INTO account_anew (source) VALUES (NEW.invoice_id); END;
CREATE TRIGGER account_hears_of_a_sealed_revision AFTER UPDATE OF sealed_on, sealed_at, total, issued_on, number ON invoice_revisions
WHEN NEW.sealed_on IS NOT NULL
BEGIN INSERT INTO account_anew (source) VALUES (NEW.invoice_id); END;
-- A refund also says on which day its invoices are no longer asked for.
CREATE TRIGGER account_hears_of_a_fact AFTER INSERT ON ledger
BEGIN
  INSERT INTO account_anew (source) VALUES (NEW.payment);
  INSERT INTO account_anew (source) SELECT a.invoice_id FROM allocations a
    WHERE a.payment = NEW.payment AND NEW.kind IN ('refund', 'refund_floor');
END;
CREATE TRIGGER account_hears_of_a_fact_again AFTER UPDATE ON ledger
BEGIN
  INSERT INTO account_anew (source) VALUES (NEW.payment);
  INSERT INTO account_anew (source) SELECT a.invoice_id FROM allocations a
    WHERE a.payment = NEW.payment AND NEW.kind IN ('refund', 'refund_floor');
END;
CREATE TRIGGER account_hears_of_an_allocation AFTER INSERT ON allocations
WHEN EXISTS (SELECT 1 FROM ledger l WHERE l.payment = NEW.payment AND l.kind IN ('refund', 'refund_floor'))
BEGIN INSERT INTO account_anew (source) VALUES (NEW.invoice_id); END;
CREATE TRIGGER account_hears_of_an_allocation_taken_back AFTER DELETE ON allocations
WHEN EXISTS (SELECT 1 FROM ledger l WHERE l.payment = OLD.payment AND l.kind IN ('refund', 'refund_floor'))
BEGIN INSERT INTO account_anew (source) VALUES (OLD.invoice_id); END;

-- What a search of clients shows and sorts by, of each that it looks at, without the rest of them. The condition holds for
-- every client and keeps all other statements to their own indexes.
CREATE INDEX clients_in_short ON clients (id, archived_at, name_key, name, reference, portal_enabled, created_at) WHERE id > '';
