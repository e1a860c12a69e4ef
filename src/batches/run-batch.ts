import { DomainError, ERROR_TABLE } from "../errors.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";

/** What a batch did with a phone number: in normal form, or as it was given if it is none. */
export type BatchRow = { phone: string } & (
  | { outcome: "changed" | "unchanged" }
  | { outcome: "refused"; error: DomainError }
);

export interface BatchInput {
  /** Any spelling. */
  phones: readonly string[];
  /** Ends the batch between two rows; absent: nothing does. */
  signal?: AbortSignal | undefined;
}

/**
 * Acts on each phone number, one after the other, and returns a row for each in the order of the input. `change` gets the
 * normal form, commits by itself, and resolves with whether there was something to change. It is called once for each
 * number: a repeated one is unchanged, or refused for the same reason.
 *
 * Rejects with the abort reason, and with what is no fault of a row: then the rows before stay changed.
 */
export async function runBatch(
  { phoneRules }: { phoneRules: PhoneRules },
  { phones, signal }: BatchInput,
  change: (phone: string) => Promise<boolean>,
): Promise<BatchRow[]> {
  const rows: BatchRow[] = [];
  const known = new Map<string, BatchRow>();
  for (const text of phones) {
    signal?.throwIfAborted();
    const row = await orRefused(text, async () => {
      const phone = parsePhone(phoneRules, text);
      const earlier = known.get(phone);
      if (earlier) return earlier.outcome === "changed" ? { phone, outcome: "unchanged" } : earlier;
      const first = await orRefused(phone, async () => {
        return { phone, outcome: (await change(phone)) ? "changed" : "unchanged" };
      });
      known.set(phone, first);
      return first;
    });
    rows.push(row);
  }
  return rows;
}

/** Resolves with `work`, or with a refused row if it fails for a reason that the caller is to be told for this row. */
async function orRefused(phone: string, work: () => Promise<BatchRow>): Promise<BatchRow> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = error instanceof DomainError && ERROR_TABLE[error.reason].status < 500;
    if (!isRefusal) throw error;
    return { phone, outcome: "refused", error };
  }
}
