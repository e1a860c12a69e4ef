import type { RecentWhitelistChange } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { formatNumber } from "../../messages/format.js";
import type { Catalogue } from "../../messages/fr/catalogue.js";
import { useTexts } from "../../messages/language.js";
import { addressOf } from "../../state/route.js";
import { ChangeTable } from "./change-table.js";

/** As many changes of an import are counted, as the service has it (change_count). */
const MAX_COUNTED = 10_000;

/** The latest changes to the whitelist; all of an import are one row. */
export function WhitelistChanges({ changes }: { changes: readonly RecentWhitelistChange[] }) {
  const texts = useTexts();
  const { common, overview } = texts;
  const rows = changes.map((row) => ({
    key: `${row.phone} ${row.change?.happenedAt?.seconds} ${row.change?.happenedAt?.nanos}`,
    at: row.change?.happenedAt,
    what: nameOfChange(texts, row),
    subject: <a href={addressOf(["whitelist"], { search: row.phone })}>{row.phone}</a>,
    who: row.change?.actorDisplay || row.change?.actorPhone || overview.commandLineOrErased,
  }));
  return <ChangeTable title={overview.whitelistChanges} subjectTitle={common.number} rows={rows} />;
}

function nameOfChange(
  { overview, whitelist }: Catalogue,
  { change, changeCount }: RecentWhitelistChange,
): string {
  const count = formatNumber(changeCount);
  if (changeCount >= MAX_COUNTED) return overview.importedAtLeast(count);
  return changeCount > 1 ? overview.imported(count) : whitelist.actions[change?.action ?? 0];
}
