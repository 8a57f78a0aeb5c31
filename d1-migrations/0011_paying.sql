-- Paying: the client's list of payments and refunds, newest first, by key.
-- Additive, so a worker of the release before runs on it unchanged.
CREATE INDEX ledger_payments_of_client ON ledger (client_id, occurred_on, id)
  WHERE client_id IS NOT NULL AND kind IN ('payment', 'refund');
