import type { MessageInitShape } from "@bufbuild/protobuf";
import { BatchOutcome, type BatchResultSchema } from "#gen/waterbill/identity/v1/batch_result_pb.js";
import { ErrorReason } from "#gen/waterbill/identity/v1/error_reason_pb.js";
import { type Language, localize } from "../messages/catalogue.js";
import type { BatchRow } from "./run-batch.js";

const OUTCOMES = {
  changed: BatchOutcome.CHANGED,
  unchanged: BatchOutcome.UNCHANGED,
  refused: BatchOutcome.REFUSED,
} as const;

export function toBatchResult(row: BatchRow, language: Language): MessageInitShape<typeof BatchResultSchema> {
  const result = { phone: row.phone, outcome: OUTCOMES[row.outcome] };
  if (row.outcome !== "refused") return result;
  const { reason, fields, localizedMessage } = row.error;
  const message = localize(language, fields[0]?.message ?? localizedMessage);
  return { ...result, reason: ErrorReason[reason], message };
}
