-- Search, sorting and counts for administrators, over a million entries and accounts.

-- The bodies of these functions are parsed now, not at each call: indexes are built with a search_path without our
-- names.

-- Removes the accents of western European languages, and the case of texts that have accents. The characters are
-- listed because the extension unaccent is not available everywhere, and because lower() ignores accented letters in
-- the locale "C". Most texts have no accents, and translating each of their characters is slow.
CREATE FUNCTION without_accents(content text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE WHEN octet_length(content) = length(content) THEN content ELSE
    translate(lower(content),
      'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿœæÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŸŒÆ’',
      'aaaaaaceeeeiiiinoooooouuuuyyoaaaaaaaceeeeiiiinoooooouuuuyyoa ')
  END;

-- The words of a text, without case and accents. Separators become spaces, because PostgreSQL's parser would treat
-- "A/B" or "a.b@c" as one word.
CREATE FUNCTION search_words(content text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN to_tsvector('simple', translate(without_accents(content), '-/.@:_&+''#*%', '            '));

-- The digits of a phone number after its country code: the national number. Country codes of one and two digits are
-- listed (ITU-T E.164 assigned country codes); all others have three.
CREATE FUNCTION national_digits(phone text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN substr(phone, CASE
    WHEN phone ~ '^\+[17]' THEN 3
    WHEN phone ~ '^\+(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])' THEN 4
    ELSE 5
  END);

-- One index for each order and filter of the lists, newest first or last. The id makes the order total, because an
-- import gives thousands of rows the same time.
CREATE INDEX whitelist_entries_age ON whitelist_entries (added_at, id);
CREATE INDEX whitelist_entries_state_age ON whitelist_entries (is_active, added_at, id);
CREATE INDEX whitelist_entries_adder_age ON whitelist_entries (added_by, added_at, id);
-- Search: a number by its last digits or by its first national digits (the UNIQUE index serves searches with country
-- code), notes by their words.
CREATE INDEX whitelist_entries_last_digits ON whitelist_entries (reverse(phone));
CREATE INDEX whitelist_entries_national_digits ON whitelist_entries (national_digits(phone));
CREATE INDEX whitelist_entries_words ON whitelist_entries USING gin (search_words(notes)) WHERE notes <> '';

CREATE INDEX users_age ON users (date_joined, id);
CREATE INDEX users_state_age ON users (is_active, date_joined, id);
CREATE INDEX users_staff_age ON users (date_joined, id) WHERE is_staff;
CREATE INDEX users_superusers ON users (id) WHERE is_superuser;
CREATE INDEX users_last_digits ON users (reverse(phone));
CREATE INDEX users_national_digits ON users (national_digits(phone));
CREATE INDEX users_words ON users USING gin (search_words(first_name || ' ' || last_name || ' ' || coalesce(email, '')));

-- The number of entries is the sum over all rows: always exact, and never counted again. A transaction updates a row
-- that no other transaction has locked, and inserts one if there is none. A long import thus blocks no other writer,
-- and there are never more rows than there were concurrent transactions.
CREATE TABLE whitelist_counts (
  id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  active   bigint NOT NULL,
  inactive bigint NOT NULL
);

CREATE FUNCTION add_to_whitelist_counts(more_active bigint, more_inactive bigint) RETURNS void
  LANGUAGE plpgsql
  AS $$
  BEGIN
    IF more_active = 0 AND more_inactive = 0 THEN RETURN; END IF;
    UPDATE whitelist_counts SET active = active + more_active, inactive = inactive + more_inactive
      WHERE id = (SELECT id FROM whitelist_counts ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
      INSERT INTO whitelist_counts (active, inactive) VALUES (more_active, more_inactive);
    END IF;
  END
  $$;
