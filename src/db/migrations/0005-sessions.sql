-- What a session remembers: whether its valid refresh token is known to have arrived, and where it was opened and used.
ALTER TABLE sessions
  -- The refresh token that is known to have arrived, and since when: the valid one if it equals refresh_id. Rotating
  -- thus needs no reset, and the version before this column, which doesn't write it, leaves a token unconfirmed.
  ADD COLUMN confirmed_id uuid,
  ADD COLUMN confirmed_at timestamptz,
  -- The User-Agent at sign-in, without control characters.
  ADD COLUMN client varchar(200) NOT NULL DEFAULT '',
  -- The IP address of the last use, and its time, which is written at a refresh and otherwise at most once an hour.
  ADD COLUMN address varchar(45) NOT NULL DEFAULT '',
  ADD COLUMN last_used_at timestamptz;
