-- The sums of money follow each write at once, whoever writes: what was paid of an invoice is computed anew from the facts,
-- never counted up (a fact may be told twice, or otherwise); and what adds up invoices and facts by client, day and month is
-- moved by what changed of one row, old against new, within the statement that changes it. No batch has to end with anything.
--
-- A worker of the release before goes on to be right: it computes what `stale` notes, and nothing is noted any more.

DROP TRIGGER ledger_is_told;
DROP TRIGGER ledger_is_told_again;
DROP TRIGGER allocation_is_made;
DROP TRIGGER allocation_is_changed;
DROP TRIGGER allocation_is_taken_back;
DROP TRIGGER attempt_moves;
DROP TRIGGER invoice_counts;
DROP TRIGGER invoice_counts_anew;
DROP TRIGGER owed_of_a_month;
DROP TRIGGER owed_of_a_new_month;
DROP TRIGGER account_owes;
DROP TRIGGER account_owes_otherwise;
DROP TRIGGER account_dues_of_a_day;
DROP VIEW account_dues_anew;
DROP TRIGGER account_line_counts;
DROP TRIGGER account_line_counts_no_more;
DROP TRIGGER account_sums_of_a_day;
DROP VIEW account_sums_anew;
-- They gave the sums of a day; now nothing is read to add it up.
DROP INDEX ledger_of_day;
DROP INDEX invoices_open_of_day;
DROP INDEX totals_due_of_currency;
DROP INDEX invoices_with_credit;
-- The log is read in the order of its chain, by the noun that stands there (0074).
DROP INDEX audit_of_noun;

-- What is added to must be right to begin with: days, months and balances once more, from the rows themselves. (What an
-- account came to, account_sums, was made anew with each of its lines until now, and stands.)
DELETE FROM totals;
INSERT INTO totals (is_month, span, currency, invoiced, received, given_back, due, open_invoices)
  SELECT 0, day, currency, sum(invoiced), sum(received), sum(given_back), sum(due), sum(open) FROM (
    SELECT issued_on AS day, currency, total AS invoiced, 0 AS received, 0 AS given_back, 0 AS due, 0 AS open
    FROM invoices WHERE state = 'sent'
    UNION ALL SELECT occurred_on, currency, 0, CASE kind WHEN 'payment' THEN amount WHEN 'reversal' THEN -amount ELSE 0 END,
      CASE WHEN kind = 'refund' AND counts = 1 THEN amount ELSE 0 END, 0, 0
    FROM ledger WHERE client_id IS NOT NULL AND kind IN ('payment', 'reversal', 'refund')
    UNION ALL SELECT due_on, currency, 0, 0, 0, due, 1 FROM invoices WHERE due > 0)
  GROUP BY day, currency;
INSERT INTO totals (is_month, span, currency, invoiced, received, given_back, due, open_invoices)
  SELECT 1, substr(span, 1, 7), currency, sum(invoiced), sum(received), sum(given_back), sum(due), sum(open_invoices)
  FROM totals WHERE is_month = 0 GROUP BY substr(span, 1, 7), currency;
DELETE FROM owed;
INSERT INTO owed (currency, due, open_invoices)
  SELECT currency, sum(due), sum(open_invoices) FROM totals WHERE is_month = 1 AND due <> 0 GROUP BY currency;
DELETE FROM balances;
INSERT INTO balances (client_id, currency, due, credit, open_invoices)
  SELECT client_id, currency, sum(due), sum(credit), sum(due > 0) FROM invoices WHERE state <> 'draft' GROUP BY client_id, currency;
DELETE FROM account_dues;
INSERT INTO account_dues (client_id, currency, is_month, span, due)
  SELECT client_id, currency, 0, due_on, sum(due) FROM invoices WHERE due > 0 GROUP BY client_id, currency, due_on;
INSERT INTO account_dues (client_id, currency, is_month, span, due)
  SELECT client_id, currency, 1, substr(span, 1, 7), sum(due) FROM account_dues WHERE is_month = 0
  GROUP BY client_id, currency, substr(span, 1, 7);

-- An invoice, from the facts of the payments that are for it, and from the attempts that are on their way. Putting its id
-- into this view computes it; doing it twice is harmless.
CREATE VIEW invoices_anew AS SELECT '' AS invoice_id;
CREATE TRIGGER invoice_is_computed INSTEAD OF INSERT ON invoices_anew
BEGIN
  UPDATE invoices SET (paid, refunded, disputed_out, disputed_in, dispute) =
     (SELECT coalesce(sum(s.paid), 0), coalesce(sum(s.refunded), 0),
       coalesce(sum(s.disputed_out), 0), coalesce(sum(s.disputed_in), 0), coalesce(max(s.dispute), 0)
      FROM payment_shares s WHERE s.invoice_id = NEW.invoice_id),
    processing = EXISTS (SELECT 1 FROM attempt_invoices ai JOIN attempts a ON a.id = ai.attempt_id
      WHERE ai.invoice_id = NEW.invoice_id AND a.state = 'processing')
    WHERE id = NEW.invoice_id;
END;
CREATE TRIGGER sums_hear_of_a_fact AFTER INSERT ON ledger
BEGIN INSERT INTO invoices_anew (invoice_id) SELECT invoice_id FROM allocations WHERE payment = NEW.payment; END;
CREATE TRIGGER sums_hear_of_a_fact_again AFTER UPDATE OF amount, counts, occurred_at ON ledger
BEGIN INSERT INTO invoices_anew (invoice_id) SELECT invoice_id FROM allocations WHERE payment = NEW.payment; END;
CREATE TRIGGER sums_hear_of_an_allocation AFTER INSERT ON allocations
BEGIN INSERT INTO invoices_anew (invoice_id) VALUES (NEW.invoice_id); END;
CREATE TRIGGER sums_hear_of_an_allocation_changed AFTER UPDATE ON allocations
BEGIN INSERT INTO invoices_anew (invoice_id) VALUES (NEW.invoice_id); END;
CREATE TRIGGER sums_hear_of_an_allocation_taken_back AFTER DELETE ON allocations
BEGIN INSERT INTO invoices_anew (invoice_id) VALUES (OLD.invoice_id); END;
CREATE TRIGGER sums_hear_of_an_attempt AFTER UPDATE OF state ON attempts
WHEN (NEW.state = 'processing') <> (OLD.state = 'processing')
BEGIN INSERT INTO invoices_anew (invoice_id) SELECT invoice_id FROM attempt_invoices WHERE attempt_id = NEW.id; END;

-- Whose money it is may be known later than a fact of it, such as a refund that is told before its payment: once a new fact
-- says it, or the attempt that the payment is of, all facts of the payment are theirs. (A fact told again says nothing new: a
-- payment comes with its attempt, which was there before the provider heard of it, or goes to the desk.)
CREATE TRIGGER fact_says_whose AFTER INSERT ON ledger WHEN NEW.client_id IS NOT NULL
BEGIN UPDATE ledger SET client_id = NEW.client_id WHERE payment = NEW.payment AND client_id IS NULL; END;
CREATE TRIGGER attempt_says_whose AFTER UPDATE OF payment ON attempts WHEN NEW.payment IS NOT NULL
BEGIN UPDATE ledger SET client_id = NEW.client_id WHERE payment = NEW.payment AND client_id IS NULL; END;

-- What is due on a day of a client's invoices moved by so much, of so many: of the account, of the client, of the business.
CREATE VIEW dues_moved AS SELECT '' AS client_id, '' AS currency, '' AS day, 0 AS due, 0 AS open_invoices;
CREATE TRIGGER dues_move INSTEAD OF INSERT ON dues_moved
BEGIN
  INSERT INTO account_dues (client_id, currency, is_month, span, due)
    VALUES (NEW.client_id, NEW.currency, 0, NEW.day, NEW.due), (NEW.client_id, NEW.currency, 1, substr(NEW.day, 1, 7), NEW.due)
    ON CONFLICT (client_id, currency, is_month, span) DO UPDATE SET due = due + excluded.due;
  DELETE FROM account_dues WHERE client_id = NEW.client_id AND currency = NEW.currency AND due = 0
    AND (is_month, span) IN (VALUES (0, NEW.day), (1, substr(NEW.day, 1, 7)));
  INSERT INTO balances (client_id, currency, due, credit, open_invoices)
    VALUES (NEW.client_id, NEW.currency, NEW.due, 0, NEW.open_invoices)
    ON CONFLICT (client_id, currency) DO UPDATE SET due = due + excluded.due, open_invoices = open_invoices + excluded.open_invoices;
  INSERT INTO totals (is_month, span, currency, due, open_invoices)
    VALUES (0, NEW.day, NEW.currency, NEW.due, NEW.open_invoices), (1, substr(NEW.day, 1, 7), NEW.currency, NEW.due, NEW.open_invoices)
    ON CONFLICT (is_month, span, currency) DO UPDATE SET due = due + excluded.due, open_invoices = open_invoices + excluded.open_invoices;
  INSERT INTO owed (currency, due, open_invoices) VALUES (NEW.currency, NEW.due, NEW.open_invoices)
    ON CONFLICT (currency) DO UPDATE SET due = due + excluded.due, open_invoices = open_invoices + excluded.open_invoices;
END;
CREATE TRIGGER sums_hear_what_is_due AFTER INSERT ON invoices WHEN NEW.due > 0
BEGIN INSERT INTO dues_moved VALUES (NEW.client_id, NEW.currency, NEW.due_on, NEW.due, 1); END;
CREATE TRIGGER sums_hear_that_more_or_less_is_due AFTER UPDATE ON invoices WHEN NEW.due <> OLD.due AND NEW.due_on = OLD.due_on
BEGIN
  INSERT INTO dues_moved VALUES (NEW.client_id, NEW.currency, NEW.due_on, NEW.due - OLD.due, (NEW.due > 0) - (OLD.due > 0));
END;
CREATE TRIGGER sums_hear_that_it_is_due_another_day AFTER UPDATE ON invoices
WHEN NEW.due_on <> OLD.due_on AND (OLD.due > 0 OR NEW.due > 0)
BEGIN
  INSERT INTO dues_moved SELECT OLD.client_id, OLD.currency, OLD.due_on, -OLD.due, -1 WHERE OLD.due > 0;
  INSERT INTO dues_moved SELECT NEW.client_id, NEW.currency, NEW.due_on, NEW.due, 1 WHERE NEW.due > 0;
END;
CREATE TRIGGER sums_hear_of_credit AFTER UPDATE ON invoices WHEN NEW.credit <> OLD.credit
BEGIN
  INSERT INTO balances (client_id, currency, due, credit, open_invoices)
    VALUES (NEW.client_id, NEW.currency, 0, NEW.credit - OLD.credit, 0)
    ON CONFLICT (client_id, currency) DO UPDATE SET credit = credit + excluded.credit;
END;

-- So much was invoiced, or less, with that date.
CREATE VIEW invoiced_moved AS SELECT '' AS currency, '' AS day, 0 AS invoiced;
CREATE TRIGGER invoiced_moves INSTEAD OF INSERT ON invoiced_moved
BEGIN
  INSERT INTO totals (is_month, span, currency, invoiced)
    VALUES (0, NEW.day, NEW.currency, NEW.invoiced), (1, substr(NEW.day, 1, 7), NEW.currency, NEW.invoiced)
    ON CONFLICT (is_month, span, currency) DO UPDATE SET invoiced = invoiced + excluded.invoiced;
END;
CREATE TRIGGER sums_hear_of_an_invoice AFTER INSERT ON invoices WHEN NEW.state = 'sent'
BEGIN INSERT INTO invoiced_moved VALUES (NEW.currency, NEW.issued_on, NEW.total); END;
CREATE TRIGGER sums_hear_of_an_invoice_changed AFTER UPDATE ON invoices
WHEN NEW.state <> OLD.state OR (NEW.state = 'sent' AND (NEW.total <> OLD.total OR NEW.issued_on <> OLD.issued_on))
BEGIN
  INSERT INTO invoiced_moved SELECT OLD.currency, OLD.issued_on, -OLD.total WHERE OLD.state = 'sent';
  INSERT INTO invoiced_moved SELECT NEW.currency, NEW.issued_on, NEW.total WHERE NEW.state = 'sent';
END;

-- So much of a fact's kind came to a day, or left it; only what is known to be a client's.
CREATE VIEW money_moved AS SELECT '' AS currency, '' AS day, '' AS kind, 0 AS counts, 0 AS amount;
CREATE TRIGGER money_moves INSTEAD OF INSERT ON money_moved
BEGIN
  INSERT INTO totals (is_month, span, currency, received, given_back)
    SELECT is_month, span, NEW.currency,
      CASE NEW.kind WHEN 'payment' THEN NEW.amount WHEN 'reversal' THEN -NEW.amount ELSE 0 END,
      CASE WHEN NEW.kind = 'refund' AND NEW.counts = 1 THEN NEW.amount ELSE 0 END
    FROM (SELECT 0 AS is_month, NEW.day AS span UNION ALL SELECT 1, substr(NEW.day, 1, 7)) WHERE true
    ON CONFLICT (is_month, span, currency) DO UPDATE SET received = received + excluded.received, given_back = given_back + excluded.given_back;
END;
CREATE TRIGGER sums_hear_of_money AFTER INSERT ON ledger WHEN NEW.client_id IS NOT NULL AND NEW.kind IN ('payment', 'reversal', 'refund')
BEGIN INSERT INTO money_moved VALUES (NEW.currency, NEW.occurred_on, NEW.kind, NEW.counts, NEW.amount); END;
CREATE TRIGGER sums_hear_of_money_again AFTER UPDATE OF amount, counts, occurred_on, client_id ON ledger
WHEN NEW.kind IN ('payment', 'reversal', 'refund')
BEGIN
  INSERT INTO money_moved SELECT OLD.currency, OLD.occurred_on, OLD.kind, OLD.counts, -OLD.amount WHERE OLD.client_id IS NOT NULL;
  INSERT INTO money_moved SELECT NEW.currency, NEW.occurred_on, NEW.kind, NEW.counts, NEW.amount WHERE NEW.client_id IS NOT NULL;
END;

-- A line of an account counts in its month and its year.
CREATE TRIGGER account_line_counts AFTER INSERT ON account_lines
BEGIN
  INSERT INTO account_sums (client_id, currency, is_year, span, change)
    VALUES (NEW.client_id, NEW.currency, 0, substr(NEW.day, 1, 7), NEW.change), (NEW.client_id, NEW.currency, 1, substr(NEW.day, 1, 4), NEW.change)
    ON CONFLICT (client_id, currency, is_year, span) DO UPDATE SET change = change + excluded.change;
END;
CREATE TRIGGER account_line_counts_no_more AFTER DELETE ON account_lines
BEGIN
  INSERT INTO account_sums (client_id, currency, is_year, span, change)
    VALUES (OLD.client_id, OLD.currency, 0, substr(OLD.day, 1, 7), -OLD.change), (OLD.client_id, OLD.currency, 1, substr(OLD.day, 1, 4), -OLD.change)
    ON CONFLICT (client_id, currency, is_year, span) DO UPDATE SET change = change + excluded.change;
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
