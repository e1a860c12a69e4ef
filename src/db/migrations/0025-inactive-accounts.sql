-- It had every account. users_age lists the active ones, which are nearly all, and users_inactive_age the others. In a migration
-- of its own, because reads of accounts wait for it too.
DROP INDEX users_state_age;
