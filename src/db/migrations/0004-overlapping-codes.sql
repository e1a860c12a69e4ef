-- A resend leaves the codes before it working, under one count of attempts. The codes that share a count are a series;
-- the count is `attempts` in the row of its first code.

-- The id of the first code of the series; null in that code itself, and in every code of the version before this
-- column, where each code is a series of its own. That version counts attempts in the code's own row: while it runs
-- beside this one, its five attempts at a later code of a series come on top. No foreign key, because an insert must not
-- wait for a row that is being counted.
ALTER TABLE codes ADD COLUMN series uuid;
