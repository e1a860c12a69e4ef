import { createHmac, timingSafeEqual } from "node:crypto";
import { type DomainError, invalidField } from "../errors.js";

/** Where a page ended: the last row's values of the columns that the list is ordered by, as text. */
export type Position = readonly string[];

/** Makes and reads the tokens that clients ask for the next page with. */
export interface PageTokens {
  /** A token for what comes after `position` in `list`, which tells the list with its filters and its order. */
  issue(list: unknown, position: Position): string;
  /**
   * The position of a token of `list`; null for an empty token, which asks for the first page.
   * Throws INVALID_REQUEST for a token that was not issued here, and for one of another list.
   */
  read(list: unknown, token: string): Position | null;
}

/** 128 bits: as many as nobody guesses. */
const MAC_BYTES = 16;

/** Tokens are the position and its HMAC-SHA-256 together with the list, so that they say nothing of the filters. */
export function createPageTokens(secret: string): PageTokens {
  const key = createHmac("sha256", secret).update("page tokens").digest();

  function seal(list: unknown, payload: Buffer): Buffer {
    // The length keeps list and payload apart.
    const text = JSON.stringify(list);
    const mac = createHmac("sha256", key).update(`${text.length}:${text}`).update(payload).digest();
    return Buffer.concat([mac.subarray(0, MAC_BYTES), payload]);
  }

  return {
    issue: (list, position) => seal(list, Buffer.from(JSON.stringify(position))).toString("base64url"),

    read(list, token) {
      if (token === "") return null;
      const given = Buffer.from(token, "base64url");
      const payload = given.subarray(MAC_BYTES);
      const genuine = seal(list, payload);
      const isGenuine = given.length === genuine.length && timingSafeEqual(given, genuine);
      // Base64 has several spellings of the same bytes.
      if (!isGenuine || genuine.toString("base64url") !== token) throw invalidToken();
      return JSON.parse(payload.toString()) as Position;
    },
  };
}

function invalidToken(): DomainError {
  return invalidField("page_token", (m) => m.pageTokenInvalid);
}
