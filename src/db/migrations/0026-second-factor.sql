-- The second step of an administrator's sign-in.

-- When the session passed it, or the session whose device opened this one did; null: neither.
ALTER TABLE sessions ADD COLUMN second_factor_at timestamptz;

-- Only what passed the step later counts; null: whenever it did.
ALTER TABLE users ADD COLUMN second_factor_since timestamptz;

-- The code of the step has no link.
ALTER TABLE codes ALTER COLUMN token_digest DROP NOT NULL;

-- An account that loses rights, changes its number or is deactivated has to pass the step anew, whatever version of the
-- program writes it.
CREATE FUNCTION void_second_factor() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
    BEGIN
      NEW.second_factor_since := clock_timestamp();
      RETURN NEW;
    END
  $$;

CREATE TRIGGER users_second_factor BEFORE UPDATE OF phone, is_active, is_staff, is_superuser ON users
  FOR EACH ROW WHEN (
    NEW.phone <> OLD.phone
    OR (OLD.is_active AND NOT NEW.is_active)
    OR (OLD.is_superuser AND NOT NEW.is_superuser)
    OR (OLD.is_staff AND NOT NEW.is_staff AND NOT NEW.is_superuser)
  )
  EXECUTE FUNCTION void_second_factor();
