-- What GetOverview reads.

-- Messages of these five minutes that the provider did not accept, or perhaps not; counted in 'total' only. A version that
-- doesn't know the column leaves it at 0.
ALTER TABLE sms_counts ADD COLUMN failed integer NOT NULL DEFAULT 0;
