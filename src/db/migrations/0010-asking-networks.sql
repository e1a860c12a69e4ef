-- Codes are counted by the network that asked for them, so that a stranger's requests leave the owner's alone. IPv4 /24,
-- IPv6 /48; empty: sent by a version that didn't record it. Sends of a number are few, so sms_sends_phone finds them.
ALTER TABLE sms_sends ADD COLUMN network varchar(64) NOT NULL DEFAULT '';
