-- When a leaving account is erased; null: it isn't leaving. Its owner confirmed the deletion, and signing in before that
-- time sets it to null again. The account stays active, so that the version before doesn't take it for one that waits for
-- its activation.
ALTER TABLE users ADD COLUMN deletion_at timestamptz;
CREATE INDEX users_deletion ON users (deletion_at) WHERE deletion_at IS NOT NULL;
