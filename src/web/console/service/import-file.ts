import type { ImportWhitelistEntriesResponse } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { IdentityError, type ServerReason } from "#client/src/error.js";
import { currentLanguage, currentTexts } from "../messages/language.js";
import { SERVICE_URL } from "./addresses.js";
import { readImportReport } from "./import-report.js";
import { authorized, whitelist } from "./services.js";
import { errors } from "./transports.js";

/** As the service has it: an upload that it will refuse is not worth the time that it takes. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

export interface ImportOptions {
  /** Only report what the import would do. */
  dryRun: boolean;
  /** Change nothing if any line is refused. */
  allOrNothing: boolean;
  signal: AbortSignal;
  /** Gets how many bytes are sent. */
  onProgress(sentBytes: number): void;
}

/**
 * Imports a CSV file over REST, because browsers can't stream the requests of Connect. The browser reads the file while it
 * sends it, so that it never is in memory. Rejects with an IdentityError.
 */
export async function importFile(
  file: File,
  options: ImportOptions,
): Promise<ImportWhitelistEntriesResponse> {
  if (file.size > MAX_FILE_BYTES) throw invalid(currentTexts().transfer.fileTooLarge);
  return authorized(async (headers) => {
    const response = await send(file, options, headers);
    if (!response) throw await withoutResponse(file, options.signal);
    if (response.status === 200) return readImportReport(response.responseText);
    throw await refusal(response, options.signal);
  });
}

/** Null: the connection broke, or the file can't be read. `fetch` doesn't tell how much is sent. */
function send(
  file: File,
  { dryRun, allOrNothing, signal, onProgress }: ImportOptions,
  headers: Headers,
): Promise<XMLHttpRequest | null> {
  const query = new URLSearchParams({ dry_run: String(dryRun), all_or_nothing: String(allOrNothing) });
  headers.set("accept-language", currentLanguage());
  headers.set("content-type", "text/csv");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${SERVICE_URL}/api/auth/admin/whitelist/import/?${query}`);
    headers.forEach((value, name) => {
      request.setRequestHeader(name, value);
    });
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => resolve(request);
    request.onerror = () => resolve(null);
    request.onabort = () => reject(errors.create("CANCELED"));
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) reject(errors.create("CANCELED"));
    else request.send(file);
  });
}

/** A service that refuses a long request early may close the connection before the browser reads why: another call tells. */
async function withoutResponse(file: File, signal: AbortSignal): Promise<IdentityError> {
  const isReadable = await file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
  if (!isReadable) return invalid(currentTexts().transfer.fileChanged);
  await callAsAdministrator(signal);
  return errors.create("OFFLINE");
}

const REASONS: Readonly<Record<number, ServerReason>> = {
  401: "UNAUTHENTICATED",
  429: "RATE_LIMITED",
  500: "INTERNAL",
  503: "OVERLOADED",
};

interface Envelope {
  status: "error";
  message: string;
  data: Record<string, string[]>;
}

/** The error of a response. REST has no reasons, and two for one status need different steps: another call tells which. */
async function refusal(response: XMLHttpRequest, signal: AbortSignal): Promise<IdentityError> {
  const { status } = response;
  if (status === 403) await callAsAdministrator(signal);
  const retryAfter = Number(response.getResponseHeader("retry-after") ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : undefined;
  const envelope = readEnvelope(response.responseText);
  if (status === 413) return invalid(currentTexts().transfer.fileTooLarge);
  if (!envelope) return errors.create("UNAVAILABLE", { retryAfterSeconds });
  return new IdentityError(REASONS[status] ?? "INVALID_REQUEST", envelope.message, {
    fields: Object.fromEntries(Object.entries(envelope.data).map(([name, texts]) => [name, texts.join(" ")])),
    retryAfterSeconds,
    requestId: response.getResponseHeader("x-request-id") ?? undefined,
  });
}

/** Undefined: a proxy responded, and not the service. */
function readEnvelope(body: string): Envelope | undefined {
  try {
    const read = JSON.parse(body) as Partial<Envelope> | null;
    return read?.status === "error" ? (read as Envelope) : undefined;
  } catch {
    return undefined;
  }
}

/** The smallest call with the access of the import. Throws an IdentityError if the service refuses it. */
async function callAsAdministrator(signal: AbortSignal): Promise<void> {
  await whitelist.listWhitelistEntries({ pageSize: 1 }, { signal });
}

const invalid = (message: string) => new IdentityError("INVALID_REQUEST", message);
