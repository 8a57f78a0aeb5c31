-- Billing: invoices with their revisions, payments as a ledger of facts, and what follows from it.
--
-- Money is a count of minor units beside an ISO 4217 code, and stays below 2^53. Days are days of the
-- business's time zone as 'YYYY-MM-DD', moments are milliseconds. Everything here is new, so a worker
-- of the release before runs on it unchanged.
--
-- How the money is kept right:
--   * `ledger` holds facts, each once per (kind, object). Nothing adds to or takes from a sum.
--   * `allocations` says which invoices a payment is for. It is keyed by the payment, not by the
--     fact, so a refund or dispute that came before its payment counts as soon as that is there.
--   * `payment_sums` and `payment_shares` fold the facts, by the rules of src/domain/payment.
--   * `invoices` caches that fold (paid … dispute). Triggers note in `stale` what a fact, an
--     allocation, an attempt's state or a change of an invoice makes out of date; whoever writes
--     one of these ends the batch with src/store/ledger.rs `recompute`, which computes all that is
--     noted anew and empties the note. Nobody has to know which invoices, clients and days are
--     concerned, and a day that something is moved away from is noted as well.
--   * `status`, `due` and `credit` are generated from the cache, so they cannot disagree with it.
--     'overdue' is not among them: it is 'outstanding' with a due date before today.
--   * `balances` and `totals` are sums over the invoices of one client, or of one day, computed anew
--     in that same step. Pages read a few rows of them however many invoices there are.

-- What the business says on its invoices and how it wants to be paid. One row, there from the start.
CREATE TABLE billing (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  legal_name       TEXT    NOT NULL DEFAULT '',          -- empty: the business's name
  address          TEXT    NOT NULL DEFAULT '',          -- lines
  postcode         TEXT    NOT NULL DEFAULT '',
  city             TEXT    NOT NULL DEFAULT '',
  country          TEXT    NOT NULL DEFAULT '',          -- ISO 3166, two letters
  vat_id           TEXT    NOT NULL DEFAULT '',
  tax_number       TEXT    NOT NULL DEFAULT '',
  registration     TEXT    NOT NULL DEFAULT '',          -- of a company, with its court
  tax_name         TEXT    NOT NULL DEFAULT 'VAT',
  tax_category     TEXT    NOT NULL DEFAULT 'O',         -- of a new line: code of EN 16931
  tax_rate         INTEGER NOT NULL DEFAULT 0,           -- of a new line: thousandths of a percent
  prices           TEXT    NOT NULL DEFAULT 'without_tax' CHECK (prices IN ('without_tax', 'with_tax')),
  account_name     TEXT    NOT NULL DEFAULT '',          -- whose account; empty: the legal name
  iban             TEXT    NOT NULL DEFAULT '',
  bic              TEXT    NOT NULL DEFAULT '',
  bank_name        TEXT    NOT NULL DEFAULT '',
  bank_details     TEXT    NOT NULL DEFAULT '',          -- in words, where there is no IBAN
  currency         TEXT    NOT NULL DEFAULT 'EUR',       -- of a new invoice
  time_zone        TEXT    NOT NULL DEFAULT 'UTC',       -- IANA name
  utc_offset       INTEGER NOT NULL DEFAULT 0,           -- milliseconds that its clocks are ahead of UTC,
  next_offset_at   INTEGER NOT NULL DEFAULT 9007199254740991, -- until then;
  next_offset      INTEGER NOT NULL DEFAULT 0,           -- and from then on
  terms_days       INTEGER NOT NULL DEFAULT 14 CHECK (terms_days BETWEEN 0 AND 365),
  notes            TEXT    NOT NULL DEFAULT '',          -- of a new invoice
  terms            TEXT    NOT NULL DEFAULT '',          -- of a new invoice
  reminders        TEXT    NOT NULL DEFAULT '',          -- days from the due date: '-3,0,7'
  part_least       INTEGER,                              -- least share of the total that can be paid, thousandths of a percent; null: only the whole
  pay_without_account INTEGER NOT NULL DEFAULT 1 CHECK (pay_without_account IN (0, 1)),
  pay_online       INTEGER NOT NULL DEFAULT 0 CHECK (pay_online IN (0, 1)),
  pay_by_transfer  INTEGER NOT NULL DEFAULT 1 CHECK (pay_by_transfer IN (0, 1)),
  revision         INTEGER NOT NULL DEFAULT 1,           -- +1 a change, so that nobody overwrites unseen
  updated_at       INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO billing (id) VALUES (1);

-- Whom an invoice of a client is made out to; absent: the client's own name and address.
CREATE TABLE client_billing (
  client_id        TEXT    PRIMARY KEY REFERENCES clients (id),
  legal_name       TEXT    NOT NULL DEFAULT '',
  address          TEXT    NOT NULL DEFAULT '',
  postcode         TEXT    NOT NULL DEFAULT '',
  city             TEXT    NOT NULL DEFAULT '',
  country          TEXT    NOT NULL DEFAULT '',
  vat_id           TEXT    NOT NULL DEFAULT '',
  reference        TEXT    NOT NULL DEFAULT '',          -- buyer reference, as a routing id of an authority
  currency         TEXT,                                 -- null: the business's
  terms_days       INTEGER CHECK (terms_days BETWEEN 0 AND 365),
  updated_at       INTEGER NOT NULL
) STRICT;

-- How numbers look. Changing a series changes no number that was given.
CREATE TABLE number_series (
  id               TEXT    PRIMARY KEY,
  prefix           TEXT    NOT NULL,
  yearly           INTEGER NOT NULL DEFAULT 1 CHECK (yearly IN (0, 1)),
  digits           INTEGER NOT NULL DEFAULT 4 CHECK (digits BETWEEN 1 AND 8),
  is_default       INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
  created_at       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX number_series_default ON number_series (is_default) WHERE is_default = 1;
INSERT INTO number_series (id, prefix, is_default) VALUES ('00000000-0000-7000-8000-000000000001', 'INV-', 1);

-- Which number is next, per series and year (0 for a series that runs on). A number is read from
-- here, written to the invoice and counted in the batch that sends it: so there are no gaps, and a
-- batch that is sent twice takes one number:
--   1. UPDATE invoices SET state = 'sent', series_count = (SELECT next …) … WHERE id = ? AND state = 'draft'
--   2. UPDATE number_counters SET next = next + 1 WHERE … AND next = (SELECT series_count FROM invoices WHERE id = ?)
CREATE TABLE number_counters (
  series_id        TEXT    NOT NULL REFERENCES number_series (id),
  year             INTEGER NOT NULL,
  next             INTEGER NOT NULL DEFAULT 1 CHECK (next BETWEEN 1 AND 100000000),
  PRIMARY KEY (series_id, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE invoices (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  state            TEXT    NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sent', 'void')),
  number           TEXT    UNIQUE,                       -- null in a draft; kept when void
  series_id        TEXT    NOT NULL REFERENCES number_series (id),
  series_year      INTEGER,
  series_count     INTEGER,
  revision_id      TEXT    NOT NULL,                     -- what it says now
  currency         TEXT    NOT NULL,
  total            INTEGER NOT NULL CHECK (total BETWEEN 0 AND 1000000000000),
  issued_on        TEXT    NOT NULL,                     -- the date on it; lists go by it
  due_on           TEXT    NOT NULL,
  -- What moved, as payment_shares has it. Written by recomputing alone.
  paid             INTEGER NOT NULL DEFAULT 0,
  refunded         INTEGER NOT NULL DEFAULT 0,
  disputed_out     INTEGER NOT NULL DEFAULT 0,
  disputed_in      INTEGER NOT NULL DEFAULT 0,
  dispute          INTEGER NOT NULL DEFAULT 0 CHECK (dispute IN (0, 1, 2)),    -- none, lost, open
  processing       INTEGER NOT NULL DEFAULT 0 CHECK (processing IN (0, 1)),    -- an attempt is
  reopened         INTEGER NOT NULL DEFAULT 0,           -- refunded when staff last reopened it
  -- The table of src/domain/invoice/state.rs, line by line.
  net              INTEGER NOT NULL GENERATED ALWAYS AS (paid - refunded - disputed_out + disputed_in) STORED,
  status           TEXT    NOT NULL GENERATED ALWAYS AS (CASE
                     WHEN state <> 'sent' THEN state
                     WHEN dispute = 2 THEN 'disputed'
                     WHEN dispute = 1 THEN 'charged_back'
                     WHEN net >= total THEN 'paid'
                     WHEN refunded > reopened AND net <= 0 THEN 'refunded'
                     WHEN refunded > reopened THEN 'partially_refunded'
                     WHEN net > 0 THEN 'partially_paid'
                     WHEN processing = 1 THEN 'processing'
                     ELSE 'outstanding' END) STORED,
  due              INTEGER NOT NULL GENERATED ALWAYS AS (CASE
                     WHEN status IN ('outstanding', 'partially_paid', 'processing') THEN total - net
                     ELSE 0 END) STORED,
  credit           INTEGER NOT NULL GENERATED ALWAYS AS (CASE
                     WHEN status = 'paid' THEN net - total ELSE 0 END) STORED,
  edition          INTEGER NOT NULL DEFAULT 1,           -- +1 a change, so that nobody overwrites unseen
  created_by       TEXT    REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  sent_at          INTEGER,
  voided_at        INTEGER,
  voided_on        TEXT,                                 -- the day, for statements
  CHECK ((state = 'draft') = (number IS NULL)),
  CHECK ((state = 'draft') = (series_count IS NULL)),
  UNIQUE (series_id, series_year, series_count)
) STRICT;
-- Lists, newest first, by key: all, by status, by currency, by both, and of a client. What a client
-- has in one status is found within its own rows.
CREATE INDEX invoices_by_date ON invoices (issued_on, id);
CREATE INDEX invoices_by_status ON invoices (status, issued_on, id);
CREATE INDEX invoices_by_currency ON invoices (currency, issued_on, id, state, total);
CREATE INDEX invoices_by_currency_and_status ON invoices (currency, status, issued_on, id);
CREATE INDEX invoices_of_client ON invoices (client_id, issued_on, id);
-- What is open: overdue ones and those to remind by due date; what a client owes; what is due on a day.
CREATE INDEX invoices_open_by_due ON invoices (status, due_on, id) WHERE due > 0;
CREATE INDEX invoices_open_of_client ON invoices (client_id, currency, due_on, id) WHERE due > 0;
CREATE INDEX invoices_open_of_day ON invoices (currency, due_on) WHERE due > 0;
CREATE INDEX invoices_with_credit ON invoices (client_id, currency) WHERE credit > 0;
-- What was sent is never deleted and keeps its number.
CREATE TRIGGER invoice_is_not_deleted BEFORE DELETE ON invoices WHEN OLD.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'conflict: an invoice that was sent is voided, not deleted'); END;
CREATE TRIGGER invoice_keeps_its_number BEFORE UPDATE OF number, series_id, series_year, series_count, currency, client_id ON invoices
WHEN OLD.state <> 'draft' AND (NEW.number IS NOT OLD.number OR NEW.series_id IS NOT OLD.series_id
  OR NEW.series_year IS NOT OLD.series_year OR NEW.series_count IS NOT OLD.series_count
  OR NEW.currency IS NOT OLD.currency OR NEW.client_id IS NOT OLD.client_id)
BEGIN SELECT RAISE(ABORT, 'conflict: an invoice that was sent keeps its number, client and currency'); END;
CREATE TRIGGER invoice_goes_forward BEFORE UPDATE OF state ON invoices
WHEN NEW.state <> OLD.state AND NOT ((OLD.state = 'draft' AND NEW.state = 'sent') OR (OLD.state = 'sent' AND NEW.state = 'void'))
BEGIN SELECT RAISE(ABORT, 'conflict: draft, sent, void, and never back'); END;

-- What an invoice says, or said. The lines are one JSON value: they are always shown together and
-- never searched one by one, so a page reads one row, and a revision is whole or not there. A revision
-- may be written to until it is sealed by sending; from then on it is what its PDF shows.
CREATE TABLE invoice_revisions (
  id               TEXT    PRIMARY KEY,
  invoice_id       TEXT    NOT NULL REFERENCES invoices (id),
  number           INTEGER NOT NULL,                     -- 1, 2 …
  content          TEXT    NOT NULL,                     -- JSON: lines, discount, notes, terms, reference
  parties          TEXT    NOT NULL DEFAULT '{}',        -- JSON: who, to whom, bank details, as sealed
  issued_on        TEXT    NOT NULL,
  due_on           TEXT    NOT NULL,
  total            INTEGER NOT NULL,
  tax              INTEGER NOT NULL DEFAULT 0,
  own_blob         TEXT    UNIQUE,                       -- R2 key of the business's own PDF, if it has one
  own_name         TEXT,
  pdf_blob         TEXT    UNIQUE,                       -- R2 key of the PDF that was drawn; null until then
  pdf_etag         TEXT,
  pdf_size         INTEGER,
  pdf_warning      TEXT,                                 -- what the fonts cannot show, for staff
  created_by       TEXT    REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  sealed_at        INTEGER,
  sealed_on        TEXT,                                 -- the day, for statements
  UNIQUE (invoice_id, number)
) STRICT;
CREATE UNIQUE INDEX invoice_revisions_open ON invoice_revisions (invoice_id) WHERE sealed_at IS NULL;
CREATE TRIGGER invoice_revision_is_sealed BEFORE UPDATE OF invoice_id, number, content, parties, issued_on, due_on, total, tax, own_blob, sealed_at ON invoice_revisions
WHEN OLD.sealed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'conflict: a revision that was sent does not change'); END;
CREATE TRIGGER invoice_revision_stays BEFORE DELETE ON invoice_revisions WHEN OLD.sealed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'conflict: a revision that was sent stays'); END;

-- A link that shows one invoice and lets it be paid without an account. Only its hash is kept, so each
-- mail carries a link of its own; revoking an invoice's links revokes them all.
CREATE TABLE pay_links (
  id               TEXT    PRIMARY KEY,
  invoice_id       TEXT    NOT NULL REFERENCES invoices (id),
  token_hash       TEXT    NOT NULL UNIQUE,              -- SHA-256, hex
  created_by       TEXT    REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  revoked_at       INTEGER
) STRICT;
CREATE INDEX pay_links_of_invoice ON pay_links (invoice_id, created_at);

-- A try to pay, made before the provider is asked; its id is the key under which the provider is asked.
CREATE TABLE attempts (
  id               TEXT    PRIMARY KEY,
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  provider         TEXT    NOT NULL,                     -- 'stripe'
  livemode         INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  currency         TEXT    NOT NULL,
  amount           INTEGER NOT NULL CHECK (amount >= 0), -- the sum of attempt_invoices.amount
  state            TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'expired', 'processing', 'failed', 'succeeded')),
  rank             INTEGER NOT NULL GENERATED ALWAYS AS (CASE state WHEN 'open' THEN 0 WHEN 'expired' THEN 1
                     WHEN 'processing' THEN 2 WHEN 'failed' THEN 3 ELSE 4 END) STORED,
  session_id       TEXT    UNIQUE,                       -- 'cs_…', once the provider has answered
  url              TEXT,                                 -- the provider's page
  payment          TEXT,                                 -- 'pi_…', once known
  contact_id       TEXT    REFERENCES contacts (id),     -- who pays, unless by
  pay_link_id      TEXT    REFERENCES pay_links (id),    -- a link
  failure          TEXT,                                 -- in words, for the client
  created_at       INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,
  looked_up_at     INTEGER,                              -- when cron last asked the provider
  settled_at       INTEGER
) STRICT;
CREATE INDEX attempts_to_look_up ON attempts (created_at) WHERE state IN ('open', 'processing');
CREATE INDEX attempts_of_payment ON attempts (payment) WHERE payment IS NOT NULL;
CREATE INDEX attempts_of_client ON attempts (client_id, created_at);
CREATE TRIGGER attempt_goes_up BEFORE UPDATE OF state ON attempts
WHEN (CASE NEW.state WHEN 'open' THEN 0 WHEN 'expired' THEN 1 WHEN 'processing' THEN 2 WHEN 'failed' THEN 3 ELSE 4 END) < OLD.rank
BEGIN SELECT RAISE(ABORT, 'conflict: an attempt only goes up'); END;

-- The invoices that an attempt is for, and how much is for each: the client may pay several of one
-- currency at once. What goes back later is taken from the last one first; `later` is the sum of the
-- amounts after this one, so that each share is a formula over this row alone.
CREATE TABLE attempt_invoices (
  attempt_id       TEXT    NOT NULL REFERENCES attempts (id),
  invoice_id       TEXT    NOT NULL REFERENCES invoices (id),
  amount           INTEGER NOT NULL CHECK (amount >= 0),
  later            INTEGER NOT NULL DEFAULT 0 CHECK (later >= 0),
  holds            INTEGER NOT NULL DEFAULT 1 CHECK (holds IN (0, 1)),
  PRIMARY KEY (attempt_id, invoice_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_invoices_of_invoice ON attempt_invoices (invoice_id, attempt_id);
-- One open attempt an invoice: of two people who press Pay Now at once, the second finds the first's.
CREATE UNIQUE INDEX attempt_invoices_one_open ON attempt_invoices (invoice_id) WHERE holds = 1;
-- An attempt holds its invoices while it is open or processing. One that expired and turns out to be
-- processing after all must not fail because another was opened meanwhile: its money comes first.
CREATE TRIGGER attempt_holds AFTER UPDATE OF state ON attempts WHEN NEW.state <> OLD.state
BEGIN
  UPDATE attempt_invoices SET holds = (NEW.state IN ('open', 'processing') AND NOT EXISTS (
      SELECT 1 FROM attempt_invoices other WHERE other.invoice_id = attempt_invoices.invoice_id
       AND other.holds = 1 AND other.attempt_id <> NEW.id))
   WHERE attempt_id = NEW.id;
END;

-- Facts. A row is written by
--   INSERT … ON CONFLICT (kind, object_id) DO UPDATE SET amount, counts, occurred_at, occurred_on, rank
--   WHERE the new telling beats the standing one:
--     refund, refund_floor: (excluded.occurred_at, excluded.rank, excluded.amount) > (occurred_at, rank, amount)
--     all others:           (-excluded.occurred_at, excluded.rank, excluded.amount) > (-occurred_at, rank, amount)
-- so order and repetition do not matter (Fact::beats).
CREATE TABLE ledger (
  id               TEXT    PRIMARY KEY,
  kind             TEXT    NOT NULL CHECK (kind IN ('payment', 'reversal', 'refund', 'refund_floor', 'dispute_out', 'dispute_in', 'dispute_lost', 'inquiry')),
  object_id        TEXT    NOT NULL,                     -- 'pi_…', 're_…', 'ch_…', 'dp_…', 'offline:<id>'
  payment          TEXT    NOT NULL,                     -- the payment it is about: 'pi_…', 'offline:<id>'
  provider         TEXT    NOT NULL,                     -- 'stripe', 'offline'
  amount           INTEGER NOT NULL CHECK (amount >= 0),
  currency         TEXT    NOT NULL,
  counts           INTEGER NOT NULL DEFAULT 1 CHECK (counts IN (0, 1)),        -- 0: a refund that failed
  rank             INTEGER NOT NULL DEFAULT 0,
  occurred_at      INTEGER NOT NULL,
  occurred_on      TEXT    NOT NULL,                     -- that day in the business's time zone
  client_id        TEXT    REFERENCES clients (id),      -- null until the payment is known to be one of ours
  method           TEXT    NOT NULL DEFAULT '',          -- 'card', 'bank_transfer', 'cash' …
  reference        TEXT    NOT NULL DEFAULT '',          -- what staff wrote
  event_id         TEXT,                                 -- what told it, if an event did
  recorded_by      TEXT    REFERENCES staff (id),
  created_at       INTEGER NOT NULL,
  UNIQUE (kind, object_id)
) STRICT;
CREATE INDEX ledger_of_payment ON ledger (payment, kind);
CREATE INDEX ledger_of_client ON ledger (client_id, currency, occurred_on) WHERE client_id IS NOT NULL;
CREATE INDEX ledger_of_day ON ledger (currency, occurred_on, kind, counts, amount) WHERE client_id IS NOT NULL;
CREATE TRIGGER ledger_is_kept BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'conflict: the ledger is append-only'); END;
CREATE TRIGGER ledger_rows_stay_themselves BEFORE UPDATE OF id, kind, object_id, payment, provider, currency, created_at ON ledger
WHEN NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.object_id IS NOT OLD.object_id OR NEW.payment IS NOT OLD.payment
  OR NEW.provider IS NOT OLD.provider OR NEW.currency IS NOT OLD.currency OR NEW.created_at IS NOT OLD.created_at
BEGIN SELECT RAISE(ABORT, 'conflict: the ledger is append-only'); END;

-- Which invoices a payment is for. By the attempt when the money comes, or by staff who record or
-- attach a payment.
CREATE TABLE allocations (
  payment          TEXT    NOT NULL,
  invoice_id       TEXT    NOT NULL REFERENCES invoices (id),
  amount           INTEGER NOT NULL CHECK (amount >= 0),
  later            INTEGER NOT NULL DEFAULT 0 CHECK (later >= 0),
  created_by       TEXT    REFERENCES staff (id),        -- null: the attempt
  created_at       INTEGER NOT NULL,
  PRIMARY KEY (payment, invoice_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX allocations_of_invoice ON allocations (invoice_id, payment);

-- The fold over the facts of one payment; src/domain/payment/fold.rs in SQL. Each part is a look into
-- ledger_of_payment, a handful of rows. Asked with `payment = ?` or joined by it.
CREATE VIEW payment_sums AS
SELECT f.payment, f.currency, f.paid,
  min(f.paid, max(
    (SELECT coalesce(sum(r.amount), 0) FROM ledger r
      WHERE r.payment = f.payment AND r.kind = 'refund' AND r.counts = 1 AND r.currency = f.currency),
    (SELECT coalesce(sum(max(0, t.amount - (SELECT coalesce(sum(r.amount), 0) FROM ledger r
        WHERE r.payment = t.payment AND r.kind = 'refund' AND r.counts = 0 AND r.currency = t.currency
          AND r.occurred_at >= t.occurred_at))), 0) FROM ledger t
      WHERE t.payment = f.payment AND t.kind = 'refund_floor' AND t.currency = f.currency)
  )) AS refunded,
  min(f.paid, (SELECT coalesce(sum(o.amount), 0) FROM ledger o
      WHERE o.payment = f.payment AND o.kind = 'dispute_out' AND o.currency = f.currency)) AS disputed_out,
  min(f.paid, (SELECT coalesce(sum(min(o.amount, i.amount)), 0) FROM ledger o
      JOIN ledger i ON i.kind = 'dispute_in' AND i.object_id = o.object_id AND i.currency = o.currency
      WHERE o.payment = f.payment AND o.kind = 'dispute_out' AND o.currency = f.currency
        AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.kind = 'dispute_lost' AND l.object_id = o.object_id
          AND l.currency = o.currency))) AS disputed_in,
  CASE WHEN f.paid = 0 THEN 0 ELSE (SELECT coalesce(max(CASE
      WHEN EXISTS (SELECT 1 FROM ledger l WHERE l.kind = 'dispute_lost' AND l.object_id = o.object_id
        AND l.currency = o.currency) THEN 1
      WHEN EXISTS (SELECT 1 FROM ledger i WHERE i.kind = 'dispute_in' AND i.object_id = o.object_id
        AND i.currency = o.currency) THEN 0
      ELSE 2 END), 0) FROM ledger o
      WHERE o.payment = f.payment AND o.kind = 'dispute_out' AND o.currency = f.currency) END AS dispute
FROM (SELECT p.payment, p.currency, CASE WHEN EXISTS (SELECT 1 FROM ledger v
        WHERE v.payment = p.payment AND v.kind = 'reversal' AND v.currency = p.currency)
      THEN 0 ELSE p.amount END AS paid
    FROM ledger p WHERE p.kind = 'payment') f;

-- Each invoice's part of each of its payments; src/domain/payment/share.rs in SQL. Payments in another
-- currency than the invoice's count nothing. Asked with `invoice_id = ?`; CROSS JOIN keeps SQLite from
-- beginning at the ledger.
CREATE VIEW payment_shares AS
SELECT a.invoice_id, a.payment, a.amount AS allocated,
  CASE WHEN s.paid > 0 THEN a.amount ELSE 0 END AS paid,
  min(a.amount, max(0, s.refunded - a.later)) AS refunded,
  min(a.amount, max(0, s.disputed_out - a.later)) AS disputed_out,
  min(a.amount, max(0, s.disputed_out - a.later))
    - min(a.amount, max(0, max(0, s.disputed_out - s.disputed_in) - a.later)) AS disputed_in,
  CASE WHEN min(a.amount, max(0, max(0, s.disputed_out - s.disputed_in) - a.later)) > 0
    THEN s.dispute ELSE 0 END AS dispute
FROM allocations a
CROSS JOIN invoices i ON i.id = a.invoice_id
CROSS JOIN payment_sums s ON s.payment = a.payment AND s.currency = i.currency;

-- What has to be computed anew before the batch ends; empty between batches.
CREATE TABLE stale (
  what             TEXT    NOT NULL CHECK (what IN ('invoice', 'client', 'day')),
  key              TEXT    NOT NULL,                     -- id of an invoice or client, or 'YYYY-MM-DD'
  currency         TEXT    NOT NULL DEFAULT '',          -- of a client's balance or a day's totals
  PRIMARY KEY (what, key, currency)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER ledger_is_told AFTER INSERT ON ledger
BEGIN
  INSERT INTO stale (what, key, currency) VALUES ('day', NEW.occurred_on, NEW.currency) ON CONFLICT DO NOTHING;
  INSERT INTO stale (what, key) SELECT 'invoice', invoice_id FROM allocations WHERE payment = NEW.payment ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER ledger_is_told_again AFTER UPDATE ON ledger
BEGIN
  INSERT INTO stale (what, key, currency) VALUES ('day', OLD.occurred_on, NEW.currency), ('day', NEW.occurred_on, NEW.currency)
    ON CONFLICT DO NOTHING;
  INSERT INTO stale (what, key) SELECT 'invoice', invoice_id FROM allocations WHERE payment = NEW.payment ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER allocation_is_made AFTER INSERT ON allocations
BEGIN INSERT INTO stale (what, key) VALUES ('invoice', NEW.invoice_id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER allocation_is_changed AFTER UPDATE ON allocations
BEGIN INSERT INTO stale (what, key) VALUES ('invoice', NEW.invoice_id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER allocation_is_taken_back AFTER DELETE ON allocations
BEGIN INSERT INTO stale (what, key) VALUES ('invoice', OLD.invoice_id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER attempt_moves AFTER UPDATE OF state ON attempts WHEN NEW.state <> OLD.state
BEGIN
  INSERT INTO stale (what, key) SELECT 'invoice', invoice_id FROM attempt_invoices WHERE attempt_id = NEW.id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER invoice_counts AFTER INSERT ON invoices WHEN NEW.state <> 'draft'
BEGIN
  INSERT INTO stale (what, key, currency) VALUES ('client', NEW.client_id, NEW.currency), ('day', NEW.issued_on, NEW.currency),
    ('day', NEW.due_on, NEW.currency) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER invoice_counts_anew AFTER UPDATE ON invoices WHEN NEW.state <> 'draft'
  AND (NEW.state <> OLD.state OR NEW.total <> OLD.total OR NEW.due <> OLD.due OR NEW.credit <> OLD.credit
    OR NEW.issued_on <> OLD.issued_on OR NEW.due_on <> OLD.due_on)
BEGIN
  INSERT INTO stale (what, key, currency) VALUES ('client', NEW.client_id, NEW.currency), ('day', OLD.issued_on, NEW.currency),
    ('day', NEW.issued_on, NEW.currency), ('day', OLD.due_on, NEW.currency), ('day', NEW.due_on, NEW.currency)
    ON CONFLICT DO NOTHING;
END;

-- Every event as it came. A row says that it was seen, not that its work is done: facts are unique, so
-- doing the work again is harmless.
CREATE TABLE provider_events (
  id               TEXT    PRIMARY KEY,                  -- 'evt_…'
  provider         TEXT    NOT NULL,
  type             TEXT    NOT NULL,
  livemode         INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  created_at       INTEGER NOT NULL,                     -- by the provider's clock
  received_at      INTEGER NOT NULL,
  raw              TEXT    NOT NULL
) STRICT;
CREATE INDEX provider_events_by_age ON provider_events (received_at, id);

-- What somebody has to look at. Once per reason and object, however often the event comes.
CREATE TABLE payment_exceptions (
  id               TEXT    PRIMARY KEY,
  reason           TEXT    NOT NULL,
  object_id        TEXT    NOT NULL,
  detail           TEXT    NOT NULL,                     -- a sentence for staff
  event_id         TEXT,                                 -- the raw event; null if none could be kept
  payment          TEXT,
  amount           INTEGER,
  currency         TEXT,
  invoice_id       TEXT    REFERENCES invoices (id),
  client_id        TEXT    REFERENCES clients (id),
  created_at       INTEGER NOT NULL,
  resolved_at      INTEGER,
  resolved_by      TEXT    REFERENCES staff (id),
  resolution       TEXT,                                 -- what was done, in words
  UNIQUE (reason, object_id)
) STRICT;
CREATE INDEX payment_exceptions_open ON payment_exceptions (created_at, id) WHERE resolved_at IS NULL;
CREATE INDEX payment_exceptions_by_age ON payment_exceptions (created_at, id);
CREATE INDEX payment_exceptions_of_invoice ON payment_exceptions (invoice_id) WHERE invoice_id IS NOT NULL;

-- Reminders that went out: once per invoice and stage ('before-3', 'due', 'after-7').
CREATE TABLE reminders_sent (
  invoice_id       TEXT    NOT NULL REFERENCES invoices (id),
  stage            TEXT    NOT NULL,
  sent_at          INTEGER NOT NULL,
  PRIMARY KEY (invoice_id, stage)
) STRICT, WITHOUT ROWID;

-- What a client owes, by currency: sums over invoices_open_of_client and invoices_with_credit, which
-- hold the open invoices of that client alone.
-- Lists and headers then read one row a client and currency.
CREATE TABLE balances (
  client_id        TEXT    NOT NULL REFERENCES clients (id),
  currency         TEXT    NOT NULL,
  due              INTEGER NOT NULL,
  credit           INTEGER NOT NULL,
  open_invoices    INTEGER NOT NULL,
  PRIMARY KEY (client_id, currency)
) STRICT, WITHOUT ROWID;

-- The business as a whole, by currency and day ('2026-11-24'), and by month ('2026-11') as the sum of
-- its days. What is due or invoiced counts for the day on the invoice, a fact for its own day; days come
-- from invoices_by_currency, ledger_of_day and invoices_open_of_day. So:
--   outstanding  = sum of due over all months                           (rows: months × currencies)
--   overdue      = that of the months before this one + the days of this month before today
--   twelve months of invoiced and received = twelve rows a currency.
CREATE TABLE totals (
  currency         TEXT    NOT NULL,
  span             TEXT    NOT NULL,                     -- 'YYYY-MM' or 'YYYY-MM-DD'
  is_month         INTEGER NOT NULL CHECK (is_month IN (0, 1)),
  invoiced         INTEGER NOT NULL DEFAULT 0,           -- totals of what was sent with that date, void not
  received         INTEGER NOT NULL DEFAULT 0,           -- payments of that day, less reversals of that day
  given_back       INTEGER NOT NULL DEFAULT 0,           -- refunds of that day that count
  due              INTEGER NOT NULL DEFAULT 0,           -- still due of what is due that day
  open_invoices    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (is_month, span, currency)
) STRICT, WITHOUT ROWID;
