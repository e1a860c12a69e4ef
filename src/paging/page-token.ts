import { createHmac, timingSafeEqual } from "node:crypto";
import { type DomainError, invalidField } from "../errors.js";

/** The end of a page: the last row's values of the columns by which the list is ordered, as text. */
export type Position = readonly string[];

/** Issues and reads the tokens with which clients request the next page. */
export interface PageTokens {
  /** Returns a token for the rows after `position`. `list` identifies the list with its filters and order. */
  issue(list: unknown, position: Position): string;
  /**
   * Returns the position in a token of `list`; null for an empty token, which requests the first page.
   * Throws INVALID_REQUEST for a token that this service did not issue, or that belongs to another list.
   */
  read(list: unknown, token: string): Position | null;
}

/** 128-bit MAC, infeasible to forge. */
const MAC_BYTES = 16;

/**
 * A token holds the position, and an HMAC-SHA-256 of list and position. It reveals nothing about the filters. The first
 * secret makes tokens, all verify them.
 */
export function createPageTokens(secrets: readonly string[]): PageTokens {
  const keys = secrets.map((secret) => createHmac("sha256", secret).update("page tokens").digest());

  function seal(key: Buffer, list: unknown, payload: Buffer): Buffer {
    // The length marks where the list ends and the payload begins.
    const text = JSON.stringify(list);
    const mac = createHmac("sha256", key).update(`${text.length}:${text}`).update(payload).digest();
    return Buffer.concat([mac.subarray(0, MAC_BYTES), payload]);
  }

  return {
    issue(list, position) {
      const [key] = keys;
      if (!key) throw new TypeError("there is no secret for page tokens");
      return seal(key, list, Buffer.from(JSON.stringify(position))).toString("base64url");
    },

    read(list, token) {
      if (token === "") return null;
      const sealed = Buffer.from(token, "base64url");
      const payload = sealed.subarray(MAC_BYTES);
      const isGenuine = keys.some((key) => {
        const expected = seal(key, list, payload);
        return sealed.length === expected.length && timingSafeEqual(sealed, expected);
      });
      // The same bytes have several spellings in base64; only the canonical one is valid.
      if (!isGenuine || sealed.toString("base64url") !== token) throw invalidToken();
      return JSON.parse(payload.toString()) as Position;
    },
  };
}

function invalidToken(): DomainError {
  return invalidField("page_token", (m) => m.pageTokenInvalid);
}
