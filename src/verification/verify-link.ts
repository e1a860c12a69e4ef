import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Clock } from "../system/clock.js";
import { isCode, type Purpose, parseCode } from "./code.js";
import type { CodeStore, LinkedCode } from "./code-store.js";
import { linkTokenDigest, parseLinkToken } from "./link-token.js";

export interface RedeemLinkDeps {
  codes: CodeStore;
  clock: Clock;
  codeKey: Uint8Array;
}

/**
 * The live code behind a link token of this very operation.
 * Throws TOKEN_REQUIRED, TOKEN_INVALID, CODE_LOCKED, or LINK_REJECTED for a token that is unknown, used,
 * expired, superseded or another operation's.
 */
export async function findLink(deps: RedeemLinkDeps, token: string, purpose: Purpose): Promise<LinkedCode> {
  const digest = linkTokenDigest(deps.codeKey, parseLinkToken(token));
  const link = await deps.codes.findByToken(null, digest, purpose, deps.clock.now());
  if (!link) throw new DomainError("LINK_REJECTED");
  if (link.isLocked) throw new DomainError("CODE_LOCKED");
  return link;
}

/**
 * Compares the code that came with the link. The try counts, durably, whatever the caller makes of it.
 * Throws CODE_INCORRECT, CODE_LOCKED when five tries were counted, or LINK_REJECTED when another caller has
 * spent the link meanwhile.
 */
export async function proveCode(deps: RedeemLinkDeps, link: LinkedCode, text: string): Promise<void> {
  if (!(await deps.codes.countTry(null, link.id, deps.clock.now()))) {
    throw new DomainError((await deps.codes.exists(null, link.id)) ? "CODE_LOCKED" : "LINK_REJECTED");
  }
  const code = parseCode(text);
  if (code === null || !isCode(deps.codeKey, link, code, link.codeDigest)) {
    throw new DomainError("CODE_INCORRECT", { sentence: (m) => m.verificationCodeIncorrect });
  }
}

/** Takes back the try that `proveCode` counted for a right code whose caller could not be served after all. */
export async function returnTry(deps: RedeemLinkDeps, link: LinkedCode): Promise<void> {
  await deps.codes.returnTry(null, link.id);
}

/**
 * Spends a link whose code was proved. Belongs first into the transaction of what it pays for; that changes the
 * account next, and voids its other codes after that, so that a code that is being issued meanwhile is not missed.
 * Throws LINK_REJECTED for all callers but the first.
 */
export async function spendLink(deps: RedeemLinkDeps, tx: Tx, link: LinkedCode): Promise<void> {
  if (!(await deps.codes.spend(tx, link.id))) throw new DomainError("LINK_REJECTED");
}
