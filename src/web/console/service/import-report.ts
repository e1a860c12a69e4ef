import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  ImportOutcome,
  type ImportWhitelistEntriesResponse,
  ImportWhitelistEntriesResponseSchema,
} from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";

/** What the console reads of the response to an import, as REST writes it. */
interface ReportJson {
  dry_run: boolean;
  total_count: number;
  added_count: number;
  reactivated_count: number;
  unchanged_count: number;
  refused_count: number;
  not_applied_count: number;
  lines: { line: number; phone: string; outcome: string; message: string | null }[];
}

/** Reads the envelope of a response to an import. The script is without the library's reader of JSON, which is large. */
export function readImportReport(body: string): ImportWhitelistEntriesResponse {
  const { data } = JSON.parse(body) as { data: ReportJson };
  const report: MessageInitShape<typeof ImportWhitelistEntriesResponseSchema> = {
    dryRun: data.dry_run,
    totalCount: data.total_count,
    addedCount: data.added_count,
    reactivatedCount: data.reactivated_count,
    unchangedCount: data.unchanged_count,
    refusedCount: data.refused_count,
    notAppliedCount: data.not_applied_count,
    lines: data.lines.map(({ line, phone, outcome, message }) => ({
      ...{ line, phone, outcome: readOutcome(outcome) },
      ...(message !== null && { message }),
    })),
  };
  return create(ImportWhitelistEntriesResponseSchema, report);
}

/** A service that is newer than the page may have others. */
function readOutcome(name: string): ImportOutcome {
  const key = name.replace("IMPORT_OUTCOME_", "") as keyof typeof ImportOutcome;
  return ImportOutcome[key] ?? ImportOutcome.UNSPECIFIED;
}
