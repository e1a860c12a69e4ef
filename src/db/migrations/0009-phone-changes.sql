-- The links that stop a phone change, or undo it: one row for each message to the old number. All times are the
-- database's.

CREATE TABLE phone_changes (
  id           uuid        PRIMARY KEY,
  user_id      integer     NOT NULL REFERENCES users ON DELETE CASCADE,
  -- The number that the message went to, which undoing the change puts back.
  old_phone    varchar(16) COLLATE "C" NOT NULL,
  -- HMAC-SHA-256 of the link's token.
  token_digest bytea       NOT NULL UNIQUE,
  created_at   timestamptz NOT NULL,
  -- True: sent because the change was asked for; false: because it was done.
  is_request   boolean     NOT NULL,
  -- When the change was done, and until when it can be undone; null: it has not been done.
  confirmed_at timestamptz,
  undo_until   timestamptz,
  -- When a link stopped or undid the change; null: it still may.
  ended_at     timestamptz,
  CHECK ((confirmed_at IS NULL) = (undo_until IS NULL))
);
CREATE INDEX phone_changes_user ON phone_changes (user_id, created_at DESC);
CREATE INDEX phone_changes_old_phone ON phone_changes (old_phone);
CREATE INDEX phone_changes_age ON phone_changes (created_at);

-- Whether an account has just left this number, and may still come back to it.
CREATE FUNCTION is_phone_reserved(number text) RETURNS boolean
  LANGUAGE sql STABLE
  AS $$
    SELECT EXISTS (
      SELECT FROM phone_changes
      WHERE old_phone = number AND ended_at IS NULL AND undo_until > clock_timestamp()
    )
  $$;

-- Keeps accounts off reserved numbers, whatever version of the program writes them. It runs after the row is in the unique
-- index: a writer who waited there for a phone change sees that change here, though its own statement began earlier. The
-- error is that of a number that has an account.
CREATE FUNCTION refuse_reserved_phone() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
    BEGIN
      IF is_phone_reserved(NEW.phone) THEN
        RAISE unique_violation USING CONSTRAINT = 'users_phone_key', TABLE = 'users',
          MESSAGE = 'the number is reserved';
      END IF;
      RETURN NULL;
    END
  $$;

CREATE TRIGGER users_reserved_phone AFTER INSERT OR UPDATE OF phone ON users
  FOR EACH ROW EXECUTE FUNCTION refuse_reserved_phone();
