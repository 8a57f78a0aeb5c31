-- What is open, of one currency, by due date; and the months and days in which something is still due, so
-- that what is outstanding is summed without looking at the years in which all was paid.
CREATE INDEX invoices_open_by_currency ON invoices (currency, status, due_on, id) WHERE due > 0;
CREATE INDEX totals_with_due ON totals (is_month, span, currency, due, open_invoices) WHERE due <> 0;
