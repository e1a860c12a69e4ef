import * as z from "zod";
import { listEntries } from "./config-values.js";

const MESSAGE =
  "must be an origin as browsers send it, like https://app.example.com: no path, no slash at the end, no wildcard, not null";

/** Browsers write each origin in one way only: in lower case, without the default port (RFC 6454, section 6.1). */
function isOrigin(text: string): boolean {
  if (!/^https?:\/\/[^*]+$/.test(text) || !URL.canParse(text)) return false;
  return new URL(text).origin === text;
}

/** Origins of web pages, separated by commas. */
export const origins = z.string().transform((list, context): readonly string[] =>
  listEntries(list).map((entry, index) => {
    if (isOrigin(entry)) return entry;
    context.addIssue({ code: "custom", message: `entry ${index + 1} ${MESSAGE}` });
    return z.NEVER;
  }),
);

/** The hosts of the machine that the browser runs on; nobody on the network can answer for them. */
const isLocal = (host: string) => /^(?:(?:.+\.)?localhost|127\.0\.0\.1|\[::1\])$/.test(host);

/** Warns about origins without TLS: people on the network between can put scripts into their pages. */
export function clearTextOrigins({ CORS_ALLOWED_ORIGINS = "" }: { CORS_ALLOWED_ORIGINS?: string }): string[] {
  const isClearText = (entry: string) =>
    entry.startsWith("http:") && isOrigin(entry) && !isLocal(new URL(entry).hostname);
  if (!listEntries(CORS_ALLOWED_ORIGINS).some(isClearText)) return [];
  return [
    "CORS_ALLOWED_ORIGINS has an origin that is not https: anybody on the network between can change its pages, " +
      "which then act for the people who are signed in there",
  ];
}
