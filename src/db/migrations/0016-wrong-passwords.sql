-- Wrong current passwords count in the session that they came with, for as long as it lives; they were rows of
-- known_callers for a day.
ALTER TABLE sessions
  -- In a row: since the sign-in, or the last right one.
  ADD COLUMN wrong_passwords   smallint NOT NULL DEFAULT 0,
  -- When the last of them was counted.
  ADD COLUMN wrong_password_at timestamptz;
DELETE FROM known_callers WHERE caller LIKE 'session:%';

-- When the next notice about guesses at an account is due: a line in its history, a message to its owner. Null: now.
ALTER TABLE guessing_notices RENAME COLUMN sent_at TO message_due_at;
ALTER TABLE guessing_notices
  ALTER COLUMN message_due_at DROP NOT NULL,
  ADD COLUMN line_due_at timestamptz;
UPDATE guessing_notices SET message_due_at = message_due_at + interval '7 days';
