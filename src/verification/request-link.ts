import type { Challenge } from "../challenge.js";
import type { Tx } from "../db/database.js";
import { overloaded } from "../errors.js";
import type { GuessStore } from "../guessing/guess-store.js";
import type { Operation } from "../sms/sms-gateway.js";
import type { Background } from "../system/background.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { User } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";
import { constantChallenge } from "./challenge.js";
import { type SendOperationCodeDeps, sendOperationCode } from "./send-operation-code.js";

export interface RequestLinkDeps extends SendOperationCodeDeps {
  users: UserStore;
  guesses: GuessStore;
  background: Background;
  phoneRules: PhoneRules;
}

export interface RequestLinkInput {
  phone: string;
  purpose: Operation;
  /** The caller's IP address. */
  callerAddress: string;
  /** Runs as that of `sendOperationCode` does. If it throws, nothing is sent. */
  before?(tx: Tx, user: User): Promise<void>;
}

/**
 * Sends a code and a link to the number if an active account has it, for a caller who is not signed in. Lookup, SMS quota
 * and sending run in the background after the response, which is therefore the same for every number, with the constant
 * challenge.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH or OVERLOADED.
 */
export function requestLink(deps: RequestLinkDeps, input: RequestLinkInput): Challenge {
  const phone = parsePhone(deps.phoneRules, input.phone);
  if (!deps.background.run(() => sendToOwner(deps, { ...input, phone }))) throw overloaded(1);
  return constantChallenge(deps.clock.now());
}

async function sendToOwner(
  deps: RequestLinkDeps,
  { phone, purpose, callerAddress, before }: RequestLinkInput,
): Promise<void> {
  const account = await deps.users.findByPhone(null, phone);
  if (!account?.user.isActive) return;
  const { user } = account;
  const isKnownAddress = await deps.guesses.knows(null, user.id, callerAddress, deps.clock.now());
  await sendOperationCode(deps, {
    ...{ userId: user.id, purpose, phone, phoneField: null, callerAddress, isKnownAddress },
    ...(before && { before: (tx) => before(tx, user) }),
  });
}
