-- The triggers that keep whitelist_counts. They take the place of those that 0002 made before, with transition tables, which
-- YugabyteDB doesn't have: in new databases 0002 makes none, so that one of that kind can be made.
DROP TRIGGER IF EXISTS count_added ON whitelist_entries;
DROP TRIGGER IF EXISTS count_removed ON whitelist_entries;
DROP TRIGGER IF EXISTS count_changed ON whitelist_entries;
DROP TRIGGER IF EXISTS count_none ON whitelist_entries;
DROP TRIGGER IF EXISTS count_row ON whitelist_entries;
DROP TRIGGER IF EXISTS count_rows ON whitelist_entries;

-- Each row that changes adds to two settings of its transaction, and at the end of each statement these go to the counts.
-- PostgreSQL could hand all changed rows to one trigger (a transition table), which distributed databases can't.
CREATE OR REPLACE FUNCTION count_whitelist_row() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  DECLARE
    more_active   bigint := coalesce(nullif(current_setting('waterbill.more_active', true), ''), '0');
    more_inactive bigint := coalesce(nullif(current_setting('waterbill.more_inactive', true), ''), '0');
  BEGIN
    IF TG_OP <> 'INSERT' THEN
      IF OLD.is_active THEN more_active := more_active - 1; ELSE more_inactive := more_inactive - 1; END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
      IF NEW.is_active THEN more_active := more_active + 1; ELSE more_inactive := more_inactive + 1; END IF;
    END IF;
    PERFORM set_config('waterbill.more_active', more_active::text, true),
            set_config('waterbill.more_inactive', more_inactive::text, true);
    RETURN NULL;
  END
  $$;

CREATE OR REPLACE FUNCTION count_whitelist_changes() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  BEGIN
    IF TG_OP = 'TRUNCATE' THEN
      DELETE FROM whitelist_counts;
    ELSE
      PERFORM add_to_whitelist_counts(
        coalesce(nullif(current_setting('waterbill.more_active', true), ''), '0')::bigint,
        coalesce(nullif(current_setting('waterbill.more_inactive', true), ''), '0')::bigint
      );
      PERFORM set_config('waterbill.more_active', '0', true), set_config('waterbill.more_inactive', '0', true);
    END IF;
    RETURN NULL;
  END
  $$;

CREATE TRIGGER count_row AFTER INSERT OR DELETE OR UPDATE OF is_active ON whitelist_entries
  FOR EACH ROW EXECUTE FUNCTION count_whitelist_row();
CREATE TRIGGER count_rows AFTER INSERT OR DELETE OR UPDATE OF is_active ON whitelist_entries
  FOR EACH STATEMENT EXECUTE FUNCTION count_whitelist_changes();
CREATE TRIGGER count_none AFTER TRUNCATE ON whitelist_entries
  FOR EACH STATEMENT EXECUTE FUNCTION count_whitelist_changes();
