-- A sign-in cancels the deletion of an account, whichever version of the program it is: the one before doesn't know the column,
-- and the account would be erased although its owner has come back. An AFTER trigger, so that the statement that signs in
-- can still return deletion_at as it was.
CREATE FUNCTION cancel_deletion() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
    BEGIN
      UPDATE users SET deletion_at = NULL WHERE id = NEW.id;
      RETURN NULL;
    END
  $$;

CREATE TRIGGER users_sign_in AFTER UPDATE OF last_login ON users
  FOR EACH ROW WHEN (NEW.deletion_at IS NOT NULL) EXECUTE FUNCTION cancel_deletion();

-- The rows of the whitelist's history that name an administrator: so that those of one who is erased are found.
CREATE INDEX whitelist_history_named_actor ON whitelist_history (actor_id, id) WHERE actor_phone IS NOT NULL;
