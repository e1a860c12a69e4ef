-- What GetOverview reads.

-- The latest changes of administrators and of the command line to accounts. Acts of owners and of the service, which are
-- nearly all, and reads are not in it: recording them costs no more than before.
CREATE INDEX account_history_changes ON account_history (at, account_id, number)
  WHERE actor_kind IN ('administrator', 'command_line') AND action <> 'viewed';

-- The latest changes to the whitelist, each import as one: all its changes have the same time and the same import_id, so the next
-- import is one look-up away, however long this one is. A change is in one of the two indexes.
CREATE INDEX whitelist_history_single ON whitelist_history (happened_at, id) WHERE import_id IS NULL;
CREATE INDEX whitelist_history_imports ON whitelist_history (happened_at, import_id, id) WHERE import_id IS NOT NULL;

-- Messages of these five minutes that the provider did not accept, or perhaps not; counted in 'total' only. A version that
-- doesn't know the column leaves it at 0. Last: nobody counts a message while the table is locked, and the indexes take time.
ALTER TABLE sms_counts ADD COLUMN failed integer NOT NULL DEFAULT 0;
