-- Internal services that call for themselves (contract.md, section 9). The name is the client id; services are disabled,
-- never deleted, so that a name keeps its meaning in logs.
CREATE TABLE services (
  name varchar(63) PRIMARY KEY,
  scopes varchar(63)[] NOT NULL,
  -- The public keys (a JSON array of JWKs) of a service that proves itself with private_key_jwt; it has no secrets.
  public_keys jsonb,
  -- Only tokens that name it are accepted: another one refuses all that were issued before. Random, so that who can sign
  -- tokens can't guess it.
  grant_id uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  disabled_at timestamptz
);

-- The live secrets of a service: one, or two while it is rotated. Digests are keyed.
CREATE TABLE service_secrets (
  digest bytea PRIMARY KEY,
  service varchar(63) NOT NULL REFERENCES services,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Recorded once a minute.
  last_used_at timestamptz
);
CREATE INDEX service_secrets_service ON service_secrets (service);

-- Client assertions that were used, so that each works once, until they are over.
CREATE TABLE service_assertions (
  digest bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX service_assertions_expires_at ON service_assertions (expires_at);
