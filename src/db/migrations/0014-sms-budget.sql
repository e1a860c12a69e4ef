-- How many messages left in each five minutes: over all ('total'), by calling code ('country:237') and by the address
-- that asked ('address:203.0.113.7'). The budget needs the rows of a day. There are at most three for a message.
CREATE TABLE sms_counts (
  scope  varchar(80) NOT NULL,
  bucket timestamptz NOT NULL,
  sent   integer     NOT NULL,
  PRIMARY KEY (scope, bucket)
);
CREATE INDEX sms_counts_age ON sms_counts (bucket);
