import { createHmac } from "node:crypto";
import { DomainError } from "../errors.js";
import type { Operation } from "../sms/sms-gateway.js";
import type { Random } from "../system/random.js";
import { isUuid } from "../system/uuid.js";

/** Where pages are reached, each without a trailing slash. */
export interface PageUrls {
  /** The pages of the front end. */
  frontendUrl: string;
  /** The service's own pages. */
  publicUrl: string;
}

/** The operations whose code comes with a link: it is entered on a page. */
export type LinkedOperation = Exclude<Operation, "second_factor">;

const PAGES: Record<LinkedOperation, readonly [base: keyof PageUrls, path: string]> = {
  password_reset: ["frontendUrl", "/reset-password"],
  password_change: ["frontendUrl", "/change-password"],
  phone_change: ["frontendUrl", "/change-phone"],
  account_deletion: ["publicUrl", "/account/delete"],
};

export function hasLink(operation: Operation): operation is LinkedOperation {
  return Object.hasOwn(PAGES, operation);
}

/** A new link token in UUID format. All 128 bits are random, unlike those of a version 4 UUID. */
export function newLinkToken(random: Random): string {
  return random
    .bytes(16)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * A link token as it arrived from a message or a mail program: white space and invisible characters removed,
 * lower case. Throws TOKEN_REQUIRED when nothing is left and TOKEN_INVALID when it is not a UUID.
 */
export function parseLinkToken(text: string): string {
  const token = text.replace(/[\s\p{Cf}]/gu, "").toLowerCase();
  if (token === "") throw new DomainError("TOKEN_REQUIRED");
  if (!isUuid(token)) throw new DomainError("TOKEN_INVALID");
  return token;
}

/** The stored form of a link token: HMAC-SHA-256 with a key that is not in the database. */
export function linkTokenDigest(key: Uint8Array, token: string): Buffer {
  return createHmac("sha256", key).update(`token:${token}`).digest();
}

/**
 * Finds what a link token belongs to, by its digest under the first of `keys` under which something is found. Throws
 * TOKEN_REQUIRED or TOKEN_INVALID for a text that is no token.
 */
export async function findByDigest<Found>(
  keys: readonly Uint8Array[],
  text: string,
  find: (digest: Buffer) => Promise<Found | null>,
): Promise<Found | null> {
  const token = parseLinkToken(text);
  for (const key of keys) {
    const found = await find(linkTokenDigest(key, token));
    if (found !== null) return found;
  }
  return null;
}

/**
 * The URL of the page where the user enters the code. Built from the configured `FRONTEND_URL` or `PUBLIC_URL`, never from
 * a request header.
 */
export function linkUrl(urls: PageUrls, operation: LinkedOperation, token: string): string {
  const [base, path] = PAGES[operation];
  return `${urls[base]}${path}?token=${token}`;
}
