-- Paying: what asking the provider once more with the same key needs to be the same, to the byte.
-- Additive, so a worker of the release before runs on it unchanged.

-- Prefilled on the provider's page; the address as it was when the attempt was made.
ALTER TABLE attempts ADD COLUMN payer_email TEXT;
-- The token of the pay link that began it, sealed for this attempt (src/outbound/seal.rs), because the
-- way back from the provider's page leads through it. Null where a signed-in contact pays.
ALTER TABLE attempts ADD COLUMN sealed_token TEXT;
