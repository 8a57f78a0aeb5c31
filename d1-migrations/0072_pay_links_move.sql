-- A link to an invoice that stands in a mailbox which its contact has no longer: it opens nothing, and a new one may
-- be asked for, which goes to the new address.
ALTER TABLE pay_links ADD COLUMN moved_at INTEGER;
