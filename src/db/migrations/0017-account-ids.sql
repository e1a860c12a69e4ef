-- An activation creates the account and the first lines of its history in one statement. The lines are sealed with the
-- account's id, so an attempt takes the id before its code is compared. Ids of wrong codes are never used: an attempt
-- needs a code that was sent, so they are few.

-- The next id of an account. The application's role may insert accounts, but has no right to their sequence; the function
-- runs as its owner. Its body is parsed now, so no search_path changes what it calls.
CREATE FUNCTION next_account_id() RETURNS integer
  LANGUAGE sql VOLATILE SECURITY DEFINER
  RETURN nextval('users_id_seq'::regclass)::integer;

-- As before, in a language that keeps its plan: a function in SQL was planned anew in every transaction that wrote an
-- account.
CREATE OR REPLACE FUNCTION is_phone_reserved(number text) RETURNS boolean
  LANGUAGE plpgsql STABLE
  AS $$
    BEGIN
      RETURN EXISTS (
        SELECT FROM phone_changes
        WHERE old_phone = number AND ended_at IS NULL AND undo_until > clock_timestamp()
      );
    END
  $$;
