-- Wrong passwords of the last 24 hours: as many are compared for one account as people need, however many addresses they
-- come from, and the account's owner has a count that no stranger uses up.

-- Callers who have shown that they belong to an account, each with a count of its own.
CREATE TABLE known_callers (
  user_id    integer       NOT NULL REFERENCES users ON DELETE CASCADE,
  -- An address (IPv4, or the /64 of IPv6), `device:…` or `session:…`.
  caller     varchar(64)   NOT NULL,
  -- When an address stops being known. Devices and sessions prove themselves: their rows are only counts.
  expires_at timestamptz   NOT NULL,
  wrong_at   timestamptz[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (user_id, caller)
);
CREATE INDEX known_callers_age ON known_callers (expires_at);

-- Wrong passwords of all other callers. Numbers share a bounded number of buckets under a key that the database doesn't
-- have, those without an account as those with one.
CREATE TABLE number_guesses (
  bucket   integer       PRIMARY KEY,
  wrong_at timestamptz[] NOT NULL,
  -- Keyed digests of the networks that they came from, in the same order. Null: the network starts anew.
  networks bigint[]      NOT NULL,
  last_at  timestamptz   NOT NULL
);
CREATE INDEX number_guesses_age ON number_guesses (last_at);

-- When the owner was last told that somebody guesses.
CREATE TABLE guessing_notices (
  user_id integer     PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  sent_at timestamptz NOT NULL
);

-- Whether accounts still have a hash from Django.
CREATE INDEX users_django_hashes ON users (id)
  WHERE password_hash LIKE 'argon2$%' OR password_hash LIKE 'pbkdf2\_sha256$%';
