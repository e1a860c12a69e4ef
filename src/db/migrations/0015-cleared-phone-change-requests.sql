-- False: an administrator has cleared the request from the five that an account may make in 24 hours. Its link works on.
ALTER TABLE phone_changes ADD COLUMN is_counted boolean NOT NULL DEFAULT true;
