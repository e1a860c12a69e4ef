import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ErrorReason } from "#gen/waterbill/identity/v1/error_reason_pb.js";
import {
  type ImportLineSchema,
  ImportOutcome,
  type ImportWhitelistEntriesResponseSchema,
  WhitelistAction,
  type WhitelistChangeSchema,
  type WhitelistDetailsSchema,
  type WhitelistEntrySchema,
  type WhitelistStatisticsSchema,
} from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { type Language, localize } from "../messages/catalogue.js";
import { fullName } from "../users/user.js";
import type { LineResult } from "./import/import-entries.js";
import type { ImportReport } from "./import/import-report.js";
import type { WhitelistEntry } from "./whitelist-entry.js";
import type { WhitelistChange } from "./whitelist-history.js";
import type { WhitelistStatistics } from "./whitelist-lists.js";

/** An entry without the phone number of its adder. */
export function toDetailsMessage(entry: WhitelistEntry) {
  return {
    id: entry.id,
    phone: entry.phone,
    addedByDisplay: entry.addedBy ? fullName(entry.addedBy) : "",
    addedAt: timestampFromDate(entry.addedAt),
    notes: entry.notes,
    isActive: entry.isActive,
  } satisfies MessageInitShape<typeof WhitelistDetailsSchema>;
}

export function toEntryMessage(entry: WhitelistEntry): MessageInitShape<typeof WhitelistEntrySchema> {
  return { ...toDetailsMessage(entry), addedByPhone: entry.addedBy?.phone ?? "" };
}

export function toWhitelistStatisticsMessage({
  total,
  active,
  inactive,
}: WhitelistStatistics): MessageInitShape<typeof WhitelistStatisticsSchema> {
  return { totalCount: total, activeCount: active, inactiveCount: inactive };
}

const PROTO_ACTIONS = {
  add: WhitelistAction.ADD,
  reactivate: WhitelistAction.REACTIVATE,
  deactivate: WhitelistAction.DEACTIVATE,
  change_notes: WhitelistAction.CHANGE_NOTES,
  remove: WhitelistAction.REMOVE,
} as const;

export function toChangeMessage(change: WhitelistChange): MessageInitShape<typeof WhitelistChangeSchema> {
  return {
    action: PROTO_ACTIONS[change.action],
    happenedAt: timestampFromDate(change.happenedAt),
    actorDisplay: change.actor?.name ?? "",
    actorPhone: change.actor?.phone ?? "",
    importId: change.importId ?? "",
    ...(change.before && { before: change.before }),
    ...(change.after && { after: change.after }),
  };
}

const PROTO_OUTCOMES = {
  added: ImportOutcome.ADDED,
  reactivated: ImportOutcome.REACTIVATED,
  unchanged: ImportOutcome.UNCHANGED,
  refused: ImportOutcome.REFUSED,
  not_applied: ImportOutcome.NOT_APPLIED,
} as const;

export function toReportMessage(
  { counts, lines }: ImportReport,
  dryRun: boolean,
  language: Language,
): MessageInitShape<typeof ImportWhitelistEntriesResponseSchema> {
  const reportedLines = lines();
  const totalCount = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    dryRun,
    totalCount,
    addedCount: counts.added,
    reactivatedCount: counts.reactivated,
    unchangedCount: counts.unchanged,
    refusedCount: counts.refused,
    notAppliedCount: counts.not_applied,
    lines: reportedLines.map((result) => toLineMessage(result, language)),
    omittedLineCount: totalCount - reportedLines.length,
  };
}

function toLineMessage(result: LineResult, language: Language): MessageInitShape<typeof ImportLineSchema> {
  const { line, phone, outcome } = result;
  const lineMessage = { line, phone, outcome: PROTO_OUTCOMES[outcome] };
  if (outcome !== "refused") return lineMessage;
  const { reason, fields, localizedMessage } = result.error;
  return {
    ...lineMessage,
    reason: ErrorReason[reason],
    message: localize(language, fields[0]?.message ?? localizedMessage),
  };
}
