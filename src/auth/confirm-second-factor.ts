import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import { type DeviceDeps, renewDevice } from "../guessing/device-token.js";
import type { GuessStore } from "../guessing/guess-store.js";
import type { SecondFactorStore } from "../sessions/second-factor-store.js";
import { isAdmin, type User } from "../users/user.js";
import type { LiveCode, Recipient } from "../verification/code-store.js";
import {
  type CallerSession,
  type CompareCodeDeps,
  codeError,
  compareCode,
} from "../verification/compare-code.js";

export interface ConfirmSecondFactorDeps extends CompareCodeDeps, DeviceDeps {
  database: Database;
  secondFactors: SecondFactorStore;
  guesses: GuessStore;
  record: RecordActs;
}

export interface ConfirmSecondFactorInput {
  /** The caller. */
  user: User;
  sessionId: string;
  code: string;
  /** The device that an earlier login returned; empty: none. */
  device: string;
  /** The caller's IP address. */
  callerAddress: string;
}

/** The second step of a sign-in. */
export interface SecondFactor {
  /** Names the device in its next login, and remembers the step. */
  device: string;
  /** When the step has to be passed again, by the database's clock. */
  expiresAt: Date;
}

/**
 * Completes the second step of an administrator's sign-in with the code from the SMS, for the calling session, and voids
 * the other codes for it. From now on the account knows the caller's address. Of concurrent callers with one code one
 * succeeds.
 *
 * Throws ADMIN_REQUIRED for other users; CODE_INCORRECT (also if no code is valid) or CODE_LOCKED, with the true
 * challenge; or UNAUTHENTICATED if the session or the rights ended meanwhile, and then the code was not used.
 */
export async function confirmSecondFactor(
  deps: ConfirmSecondFactorDeps,
  input: ConfirmSecondFactorInput,
): Promise<SecondFactor> {
  const { user, sessionId, callerAddress: address } = input;
  if (!isAdmin(user)) throw new DomainError("ADMIN_REQUIRED");
  const recipient: Recipient = { userId: user.id, purpose: "second_factor", phone: user.phone };
  const session = { id: sessionId, userId: user.id, address };
  const code = await verifySent(deps, recipient, input.code, session);
  const passed = code && (await pass(deps, code, session));
  if (!passed) throw await codeError(deps, "CODE_INCORRECT", recipient, session);
  const { passedAt: secondFactorAt, expiresAt, passwordHash } = passed;
  const device = renewDevice(deps, input.device, { userId: user.id, passwordHash, secondFactorAt });
  return { device, expiresAt };
}

/** The code that the text is, of those that were sent. Null if there is none, or it was used meanwhile. */
async function verifySent(
  deps: ConfirmSecondFactorDeps,
  recipient: Recipient,
  text: string,
  session: CallerSession,
): Promise<LiveCode | null> {
  const [newest, ...older] = await deps.codes.findSent(null, recipient, deps.clock.now());
  if (!newest) return null;
  if (newest.isLocked) throw await codeError(deps, "CODE_LOCKED", recipient, session);
  return compareCode(deps, [newest, ...older], text, session);
}

/** Null if another caller has used the code. */
function pass(deps: ConfirmSecondFactorDeps, code: LiveCode, { id: sessionId, address }: CallerSession) {
  const { userId, phone } = code;
  return deps.database.transaction(async (tx) => {
    // Locks the account, so that what the session may do stays as it is from here on.
    if (!(await deps.codes.consume(tx, code))) return null;
    const passed = await deps.secondFactors.pass(tx, { sessionId, userId, phone });
    if (!passed) throw new DomainError("UNAUTHENTICATED");
    await deps.codes.voidAll(tx, userId, "second_factor");
    const now = deps.clock.now();
    await deps.guesses.know(tx, { userId, address, guess: null, now });
    const act = { accountId: userId, at: now, actor: { kind: "owner" } } as const;
    await deps.record(tx, { ...act, action: "second_factor_passed", sessionId });
    return passed;
  });
}
