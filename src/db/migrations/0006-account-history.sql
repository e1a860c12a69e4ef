-- Every act on an account, numbered from 1 for each account, and chained by MACs whose key the database doesn't have.
-- Rows hold ids, names of fields, counts and keyed digests, never a personal value. No foreign keys: rows outlive the
-- account and actor. The application only adds rows; docs/database-roles.md has the grants.
CREATE TABLE account_history (
  account_id    integer     NOT NULL,
  number        integer     NOT NULL,
  at            timestamptz NOT NULL,
  action        varchar(32) NOT NULL,
  actor_kind    varchar(16) NOT NULL,
  -- The account of an administrator; null for other kinds.
  actor_id      integer,
  -- The session that the act is about.
  session_id    uuid,
  -- Number of sessions that ended with the act.
  session_count integer,
  -- Names of the fields that changed.
  fields        text[]      NOT NULL,
  -- HMAC-SHA-256 of the values in account_history_values; null where there is no value.
  before_digest bytea,
  after_digest  bytea,
  reason_digest bytea,
  -- Names the key of this row's digests and MAC.
  key_id        varchar(16) NOT NULL,
  -- HMAC-SHA-256 of the previous row's mac and this row.
  mac           bytea       NOT NULL,
  PRIMARY KEY (account_id, number)
);

-- The values that administrators may see. Rows can be deleted: the chain covers their digests, not them.
CREATE TABLE account_history_values (
  account_id integer NOT NULL,
  number     integer NOT NULL,
  before     jsonb,
  after      jsonb,
  reason     text,
  PRIMARY KEY (account_id, number)
);

-- The last number and MAC of each account. Acts on one account wait for each other on its row. The seal is an
-- HMAC-SHA-256 of the other columns, so that rows can't be removed at the end without the key.
CREATE TABLE account_history_heads (
  account_id integer PRIMARY KEY,
  number     integer NOT NULL,
  mac        bytea   NOT NULL,
  seal       bytea   NOT NULL
);
