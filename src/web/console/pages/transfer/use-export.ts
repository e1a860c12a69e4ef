import { useEffect, useRef, useState } from "preact/hooks";
import { ExportFormat } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import type { IdentityError } from "#client/src/error.js";
import { announce } from "../../components/announcer.js";
import { formatBytes } from "../../messages/format.js";
import { currentTexts } from "../../messages/language.js";
import { saveFile } from "../../service/save-file.js";
import { whitelist } from "../../service/services.js";
import { errors } from "../../service/transports.js";
import { nameOfDay } from "../../state/days.js";
import { type ListFilter, toRequest } from "../whitelist/list-filter.js";

export interface Export {
  /** Bytes that have arrived; null: no export is running. */
  receivedBytes: number | null;
  /** Why the last export failed; null if it didn't. */
  error: IdentityError | null;
  start(filter: ListFilter, delimiter: string): Promise<void>;
  stop(): void;
}

/** Downloads the list as a file. A download that breaks off or is stopped saves nothing. */
export function useExport(): Export {
  const [state, setState] = useState<Pick<Export, "receivedBytes" | "error">>({
    receivedBytes: null,
    error: null,
  });
  const call = useRef(new AbortController());
  useEffect(() => () => call.current.abort(), []);

  return {
    ...state,
    async start(filter, delimiter) {
      call.current = new AbortController();
      setState({ receivedBytes: 0, error: null });
      try {
        const chunks = download(filter, delimiter, call.current.signal);
        const file = await collect(chunks, (receivedBytes) => setState({ receivedBytes, error: null }));
        setState({ receivedBytes: null, error: null });
        const name = `whitelist-${nameOfDay(new Date())}.csv`;
        saveFile(file, name);
        announce(currentTexts().transfer.saved(name, formatBytes(file.size)));
      } catch (error) {
        setState({ receivedBytes: null, error: errors.read(error) });
      }
    },
    stop: () => call.current.abort(),
  };
}

async function* download(
  filter: ListFilter,
  delimiter: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const responses = whitelist.exportWhitelistEntries(
    { ...toRequest(filter), delimiter, format: ExportFormat.CSV },
    // No time-out: a long list on a slow line takes its time.
    { signal, timeoutMs: 0 },
  );
  for await (const { csv } of responses) yield csv;
}

async function collect(
  chunks: AsyncIterable<Uint8Array>,
  onProgress: (receivedBytes: number) => void,
): Promise<Blob> {
  // Browsers keep large blobs on disk.
  let file = new Blob([], { type: "text/csv" });
  for await (const chunk of chunks) {
    file = new Blob([file, chunk as Uint8Array<ArrayBuffer>], { type: "text/csv" });
    onProgress(file.size);
  }
  return file;
}
