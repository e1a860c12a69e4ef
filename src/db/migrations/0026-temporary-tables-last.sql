-- count_account_changes runs as the owner. Temporary tables come first unless the path names their schema: the application
-- could put one in the place of account_counts, and its triggers would run as the owner, who may change the history.
DO $$
  BEGIN
    EXECUTE format('ALTER FUNCTION count_account_changes() SET search_path = %I, pg_temp', current_schema());
  END
$$;
