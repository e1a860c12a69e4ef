-- How many accounts there are in each state, without counting them, and indexes for lists of the few that are not active.

-- As in whitelist_counts: the counts are the sums over all rows. A transaction updates a row that no other one has locked,
-- and inserts one if there is none.
CREATE TABLE account_counts (
  id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  active      bigint NOT NULL,
  leaving     bigint NOT NULL,
  deactivated bigint NOT NULL,
  -- Accounts that version 0.2.0 left unproved, which wait for their activation.
  unproved    bigint NOT NULL
);

-- Which of these columns counts an account, in their order. One that is deactivated and leaving counts as deactivated.
CREATE FUNCTION account_count_of(is_active boolean, deactivated_at timestamptz, deletion_at timestamptz) RETURNS integer
  LANGUAGE sql IMMUTABLE
  RETURN CASE
    WHEN is_active THEN CASE WHEN deletion_at IS NULL THEN 1 ELSE 2 END
    WHEN deactivated_at IS NOT NULL THEN 3
    ELSE 4
  END;

-- Each row that changes adds to a setting of its transaction, and at the end of each statement this goes to the counts.
CREATE FUNCTION count_account_row() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  DECLARE
    more bigint[] := coalesce(nullif(current_setting('waterbill.more_accounts', true), ''), '{0,0,0,0}');
    i    integer;
  BEGIN
    IF TG_OP <> 'INSERT' THEN
      i := account_count_of(OLD.is_active, OLD.deactivated_at, OLD.deletion_at);
      more[i] := more[i] - 1;
    END IF;
    IF TG_OP <> 'DELETE' THEN
      i := account_count_of(NEW.is_active, NEW.deactivated_at, NEW.deletion_at);
      more[i] := more[i] + 1;
    END IF;
    PERFORM set_config('waterbill.more_accounts', more::text, true);
    RETURN NULL;
  END
  $$;

-- It runs as the owner of the table: the application's role, which the version before uses while this one is installed, has
-- no right to a table that is new.
CREATE FUNCTION count_account_changes() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  AS $$
  DECLARE
    more bigint[] := nullif(current_setting('waterbill.more_accounts', true), '');
  BEGIN
    IF TG_OP = 'TRUNCATE' THEN
      DELETE FROM account_counts;
      RETURN NULL;
    END IF;
    IF more IS NULL THEN RETURN NULL; END IF;
    PERFORM set_config('waterbill.more_accounts', '', true);
    IF more = '{0,0,0,0}' THEN RETURN NULL; END IF;
    UPDATE account_counts SET
        active = active + more[1],
        leaving = leaving + more[2],
        deactivated = deactivated + more[3],
        unproved = unproved + more[4]
      WHERE id = (SELECT id FROM account_counts ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
      INSERT INTO account_counts (active, leaving, deactivated, unproved) VALUES (more[1], more[2], more[3], more[4]);
    END IF;
    RETURN NULL;
  END
  $$;

-- Temporary tables come first unless the path names their schema: the application could put one in the place of
-- account_counts, and its triggers would run as the owner, who may change the history.
DO $$
  BEGIN
    EXECUTE format('ALTER FUNCTION count_account_changes() SET search_path = %I, pg_temp', current_schema());
  END
$$;

-- Only for these columns: sign-ins and profile changes, which set others, pay nothing. The first of these statements waits for the
-- writers of accounts, and makes later ones wait until the migration ends: what was written before is counted below, and
-- what is written later by the triggers, also by the version before.
CREATE TRIGGER count_row AFTER INSERT OR DELETE OR UPDATE OF is_active, deactivated_at, deletion_at ON users
  FOR EACH ROW EXECUTE FUNCTION count_account_row();
CREATE TRIGGER count_rows AFTER INSERT OR DELETE OR UPDATE OF is_active, deactivated_at, deletion_at ON users
  FOR EACH STATEMENT EXECUTE FUNCTION count_account_changes();
CREATE TRIGGER count_none AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION count_account_changes();

INSERT INTO account_counts (active, leaving, deactivated, unproved)
  SELECT count(*) FILTER (WHERE counted = 1), count(*) FILTER (WHERE counted = 2),
    count(*) FILTER (WHERE counted = 3), count(*) FILTER (WHERE counted = 4)
  FROM (SELECT account_count_of(is_active, deactivated_at, deletion_at) AS counted FROM users) AS account;

-- The lists of the few that are not active, in both orders. An account that is neither inactive nor leaving is in none of these
-- indexes.
CREATE INDEX users_inactive_age ON users (date_joined, id) WHERE NOT is_active;
CREATE INDEX users_inactive_phone ON users (phone) WHERE NOT is_active;
CREATE INDEX users_leaving_age ON users (date_joined, id) WHERE deletion_at IS NOT NULL;
CREATE INDEX users_leaving_phone ON users (phone) WHERE deletion_at IS NOT NULL;
