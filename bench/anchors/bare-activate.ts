import type pg from "pg";
import type { SealFirstActs } from "../../src/audit/first-acts.js";
import { KNOWN_SECONDS } from "../../src/guessing/guess.js";
import { countAttempt } from "../../src/registrations/activation-attempt-store.js";
import { activate } from "../../src/registrations/activation-store.js";
import { REGISTRATION_TTL_SECONDS, registrationTokenDigest } from "../../src/registrations/registration.js";
import { addSeconds } from "../../src/system/clock.js";
import type { UserAttributes } from "../../src/users/user-row.js";
import { isCorrectCode } from "../../src/verification/code.js";
import { profileOf } from "./bare-profile.js";
import { type Limits, run } from "./bare-stores.js";

interface BareActivateDeps {
  pool: pg.Pool;
  limits: Limits;
  codeKey: Uint8Array;
  sealFirstActs: SealFirstActs;
}

interface CodeRow {
  registration_id: string;
  created_at: Date;
  code_id: string;
  code_digest: Buffer;
  account_id: number | null;
}

const ADDRESS = "127.0.0.1";

/** What an activation can't do without: count the call and the attempt, compare, make the account with its history. */
export async function activateAccount(deps: BareActivateDeps, body: string) {
  const { phone, code, registration } = JSON.parse(body) as Record<"phone" | "code" | "registration", string>;
  await deps.limits.consume(`activate:60:${ADDRESS}`, `phone_based:60:${phone}@${ADDRESS}`);
  const now = new Date();
  const tokenDigests = [registrationTokenDigest(deps.codeKey, registration)];
  const { statement, key } = countAttempt({ tokenDigests, network: ADDRESS, address: ADDRESS });
  const values = [phone, addSeconds(now, -REGISTRATION_TTL_SECONDS), now, key];
  const [row] = await run<CodeRow>(deps.pool, statement, values);
  if (!row?.account_id) throw new Error("the attempt is not allowed");
  const { account_id: accountId, registration_id: ownerId, code_id: id, code_digest: digest } = row;
  const binding = { id, ownerId, purpose: "activation" } as const;
  if (!isCorrectCode([deps.codeKey], binding, digest, code)) throw new Error("the code is wrong");

  const acts = deps.sealFirstActs({ accountId, registeredAt: row.created_at, activatedAt: now });
  const account = [accountId, ADDRESS, addSeconds(now, KNOWN_SECONDS), ...acts.values];
  const [user] = await run<UserAttributes>(deps.pool, activate, [ownerId, id, ...account]);
  if (!user) throw new Error("there is no such registration");
  return profileOf(user);
}
