import { useEffect, useRef, useState } from "preact/hooks";
import type { ImportWhitelistEntriesResponse } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import type { IdentityError } from "#client/src/error.js";
import { announce } from "../../components/announcer.js";
import { formatNumber } from "../../messages/format.js";
import { currentTexts } from "../../messages/language.js";
import { importFile } from "../../service/import-file.js";
import { errors } from "../../service/transports.js";
import { warnOfLeaving } from "../../state/leave-warning.js";

/** What the page shows of an import. */
interface ImportState {
  file: File | null;
  /** What is sent now; null: nothing. */
  running: { isCheck: boolean; sentBytes: number } | null;
  /** Of the check, then of the import. */
  report: ImportWhitelistEntriesResponse | null;
  /** Why the last step failed; null if it didn't. */
  error: IdentityError | null;
  /** Whether the last step was, or is, the import itself, and whether that changes all or nothing. */
  applies: false | "lines" | "all or nothing";
}

export interface Import extends ImportState {
  /** Takes a file, and has it checked; null: the page begins anew. */
  choose(file: File | null): void;
  apply(allOrNothing: boolean): void;
  /** Repeats a check that failed. */
  check(): void;
  /** Stops what is sent. Without its check, a file is not kept. */
  stop(): void;
}

const NOTHING: ImportState = { file: null, running: null, report: null, error: null, applies: false };

/** A check ends with the page. An import goes on, and its result is announced wherever its user is then. */
export function useImport(): Import {
  const [state, setState] = useState(NOTHING);
  const call = useRef<AbortController | null>(null);
  const isCheck = useRef(true);
  const change = (part: Partial<ImportState>) => setState((before) => ({ ...before, ...part }));

  useEffect(
    () => () => {
      if (isCheck.current) call.current?.abort();
    },
    [],
  );

  async function run(file: File, applies: ImportState["applies"]): Promise<void> {
    call.current?.abort();
    const own = new AbortController();
    call.current = own;
    isCheck.current = !applies;
    change({ file, applies, error: null, running: { isCheck: !applies, sentBytes: 0 } });
    const endWarning = applies ? warnOfLeaving() : () => {};
    try {
      const report = await importFile(file, {
        dryRun: !applies,
        allOrNothing: applies === "all or nothing",
        signal: own.signal,
        onProgress: (sentBytes) => change({ running: { isCheck: !applies, sentBytes } }),
      });
      if (own !== call.current) return;
      change({ report, running: null });
      if (applies) announceResult(report);
    } catch (error) {
      if (own === call.current) change({ error: errors.read(error), running: null });
    } finally {
      endWarning();
    }
  }

  function reset(): void {
    call.current?.abort();
    call.current = null;
    setState(NOTHING);
  }

  return {
    ...state,
    choose(file) {
      reset();
      if (file) void run(file, false);
    },
    apply: (allOrNothing) => {
      if (state.file) void run(state.file, allOrNothing ? "all or nothing" : "lines");
    },
    check() {
      if (state.file) void run(state.file, false);
    },
    stop() {
      if (isCheck.current) reset();
      else call.current?.abort();
    },
  };
}

function announceResult({ addedCount, reactivatedCount }: ImportWhitelistEntriesResponse): void {
  announce(currentTexts().transfer.applied(formatNumber(addedCount + reactivatedCount)));
}
