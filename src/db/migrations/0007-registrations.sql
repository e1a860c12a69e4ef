-- Registrations wait in a table of their own: they are no accounts, and take a number from nobody.

CREATE TABLE registrations (
  id             uuid         PRIMARY KEY,
  -- HMAC-SHA-256 of the secret that names the registration; only the client that registered has it.
  token_digest   bytea        NOT NULL UNIQUE,
  -- Not unique: the first registration that is proved becomes the account.
  phone          varchar(16)  COLLATE "C" NOT NULL CHECK (phone ~ '^\+[0-9]{9,15}$'),
  first_name     varchar(150) NOT NULL,
  last_name      varchar(150) NOT NULL,
  email          varchar(254),
  address        text,
  apartment_name varchar(3),
  password_hash  text         NOT NULL,
  -- The address that registered: IPv4, or the /64 of IPv6. Null: unknown.
  network        varchar(64),
  created_at     timestamptz  NOT NULL,
  -- Attempts at the codes by callers whom the secret or the address names, and by all others together. A new code after
  -- the last attempt counts anew; codes with a smaller number than *_since are then void for these callers.
  named_attempts smallint     NOT NULL DEFAULT 0,
  named_since    bigint       NOT NULL DEFAULT 0,
  other_attempts smallint     NOT NULL DEFAULT 0,
  other_since    bigint       NOT NULL DEFAULT 0
);
CREATE INDEX registrations_phone ON registrations (phone, created_at DESC);
CREATE INDEX registrations_age ON registrations (created_at);

-- One row per activation code sent; the latest three of a registration are valid.
CREATE TABLE activation_codes (
  id              uuid        PRIMARY KEY,
  registration_id uuid        NOT NULL REFERENCES registrations ON DELETE CASCADE,
  -- HMAC-SHA-256 of the code, bound to id and registration.
  code_digest     bytea       NOT NULL,
  -- Order of issue, independent of the clocks of the processes.
  number          bigint      GENERATED ALWAYS AS IDENTITY,
  expires_at      timestamptz NOT NULL,
  -- The account that the version before had sent the code for: its digest is bound to that instead.
  former_user_id  integer
);
CREATE INDEX activation_codes_newest ON activation_codes (registration_id, number DESC);

-- The networks from which a number was registered in the last 24 hours, or tried to be, also when no code could be sent.
CREATE TABLE registration_tries (
  phone    varchar(16) COLLATE "C" NOT NULL,
  -- As in registrations; empty: unknown.
  network  varchar(64) NOT NULL,
  tried_at timestamptz NOT NULL,
  PRIMARY KEY (phone, network)
);
CREATE INDEX registration_tries_age ON registration_tries (tried_at);

-- The attempts at activation codes of a number in the last 24 hours. They outlive registrations and locks.
CREATE TABLE activation_attempts (
  phone    varchar(16)   PRIMARY KEY,
  named_at timestamptz[] NOT NULL DEFAULT '{}',
  other_at timestamptz[] NOT NULL DEFAULT '{}',
  last_at  timestamptz   NOT NULL
);
CREATE INDEX activation_attempts_age ON activation_attempts (last_at);

-- Makes registrations of accounts that were never activated: the version before kept them in users. It may go on doing
-- so while both versions serve, so this runs again for a number that such an account has (`only_phone`), and for all
-- that were sent no code since a time. They wait for 24 hours from their last code on.
CREATE FUNCTION move_waiting_accounts(only_phone text, no_code_since timestamptz) RETURNS void
  LANGUAGE sql
  AS $$
    WITH moved AS (
      DELETE FROM users
      WHERE NOT is_active AND deactivated_at IS NULL
        AND (only_phone IS NULL OR phone = only_phone)
        AND (no_code_since IS NULL OR date_joined < no_code_since AND NOT EXISTS (
          SELECT FROM codes WHERE user_id = users.id AND purpose = 'activation' AND issued_at >= no_code_since
        ))
      RETURNING *
    ), newest AS (
      SELECT DISTINCT ON (user_id) id, user_id, code_digest, attempts, issued_at, expires_at
      FROM codes WHERE purpose = 'activation' AND user_id IN (SELECT id FROM moved)
      ORDER BY user_id, number DESC
    ), registered AS (
      INSERT INTO registrations (id, token_digest, phone, first_name, last_name, email, address, apartment_name,
        password_hash, created_at, other_attempts)
      SELECT gen_random_uuid(), uuid_send(gen_random_uuid()), phone, first_name, last_name, email, address,
        apartment_name, password_hash, greatest(date_joined, newest.issued_at), coalesce(newest.attempts, 0)
      FROM moved LEFT JOIN newest ON newest.user_id = moved.id
      RETURNING id, phone
    )
    INSERT INTO activation_codes (id, registration_id, code_digest, expires_at, former_user_id)
    SELECT newest.id, registered.id, newest.code_digest, newest.expires_at, moved.id
    FROM newest JOIN moved ON moved.id = newest.user_id JOIN registered ON registered.phone = moved.phone
  $$;

SELECT move_waiting_accounts(NULL, NULL);
