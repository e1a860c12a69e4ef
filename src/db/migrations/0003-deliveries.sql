-- What is known about the SMS of each code that was sent. The default is true of the messages before this column: the
-- row of a message that the provider rejected was removed.
ALTER TABLE sms_sends ADD COLUMN delivery varchar(16) NOT NULL DEFAULT 'accepted';
