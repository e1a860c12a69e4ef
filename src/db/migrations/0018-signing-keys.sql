-- The keys that sign access tokens. The private halves are encrypted under a secret that is not in the database, so a dump
-- doesn't sign, and a row that was added by hand is no key. All times are the database's.
CREATE TABLE signing_keys (
  -- Thumbprint of the public key (RFC 7638), in base64url.
  kid varchar(43) PRIMARY KEY,
  algorithm varchar(8) NOT NULL,
  sealed_key bytea NOT NULL,
  -- Published since, so that verifiers have the key before it signs.
  created_at timestamptz NOT NULL,
  signs_from timestamptz NOT NULL,
  signing_since timestamptz,
  retired_at timestamptz,
  -- When the last token that the key signed is over.
  expires_at timestamptz,
  -- The longest lifetime (s) of the tokens that the key signs.
  token_seconds integer NOT NULL,
  revoked_at timestamptz,
  revoked_reason text
);
