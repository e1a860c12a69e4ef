import { type ApiResponse, type Call, calls, mismatches, resolve } from "../api-document.js";

/** A response as a client reads it. */
export interface ReadResponse {
  status: number;
  header: Headers;
  text: string;
}

/** What of a response the OpenAPI document doesn't say; empty if it says all of it. */
export function undocumented({ operation }: Call, response: ReadResponse): string {
  const documented = operation.responses[String(response.status)];
  if (!documented) return `the status ${response.status} is not documented`;
  return missingHeader(response) || bodyMismatch(resolve(documented), response);
}

function missingHeader({ status, header }: ReadResponse): string {
  const names = ["x-request-id", "content-language", ...(status === 429 ? ["retry-after"] : [])];
  const missing = names.filter((name) => !header.has(name));
  return missing.length > 0 ? `there is no header ${missing.join(", ")}` : "";
}

function bodyMismatch({ content }: ApiResponse, { header, text }: ReadResponse): string {
  const type = header.get("content-type") ?? "";
  const [, media] = Object.entries(content).find(([name]) => type.split(";")[0] === name.split(";")[0]) ?? [];
  if (!media) return `the content type ${type} is not documented`;
  return mismatches(media.schema, type.startsWith("application/json") ? JSON.parse(text) : text);
}

/** The call of the document with this HTTP method and path template. */
export function callOf(httpMethod: string, path: string): Call | undefined {
  return calls.find((call) => call.httpMethod === httpMethod && call.path === path);
}
