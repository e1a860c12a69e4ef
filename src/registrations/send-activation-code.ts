import type { Challenge } from "../challenge.js";
import type { Tx } from "../db/database.js";
import type { SmsGateway } from "../sms/sms-gateway.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { Random } from "../system/random.js";
import { trueChallenge } from "../verification/challenge.js";
import { CODE_LENGTH, CODE_TTL_SECONDS, codeDigest } from "../verification/code.js";
import { countSend } from "../verification/count-send.js";
import { type DeliverCodeDeps, deliverCode } from "../verification/deliver-code.js";
import { assertMaySend, QUOTA_SECONDS } from "../verification/sms-quota.js";
import { activationRequest } from "./activation-challenge.js";
import type { ActivationStore, MeantRegistration } from "./activation-store.js";

export interface SendActivationCodeDeps extends DeliverCodeDeps {
  activations: ActivationStore;
  sms: SmsGateway;
  clock: Clock;
  random: Random;
  /** HMAC key of the stored digests. */
  codeKey: Uint8Array;
}

/** An activation code that is ready to send. */
export interface IssuedActivationCode {
  id: string;
  code: string;
  phone: string;
  /** The IP address that asked for it. */
  callerAddress: string;
  /** The true challenge once the code is sent. */
  challenge: Challenge;
}

/**
 * Creates a code for a registration of `phone` and counts it towards the sending quota. The codes before it stay valid
 * (`ActivationStore.addCode`). Call it with the number's `smsQuota.lock` held in `tx`, commit, and call
 * `deliverActivationCode`.
 *
 * Returns null when the registration no longer exists. Throws RATE_LIMITED, with nothing counted, when the phone number's
 * quota is used up; a caller whom the registration's secret or address names gets the challenge of the codes before.
 */
export async function issueActivationCode(
  deps: SendActivationCodeDeps,
  tx: Tx,
  {
    phone,
    registration,
    callerAddress,
  }: { phone: string; registration: MeantRegistration; callerAddress: string },
): Promise<IssuedActivationCode | null> {
  const now = deps.clock.now();
  const request = activationRequest(callerAddress);
  const { purpose } = request;
  const sends = await deps.smsQuota.recent(tx, phone, addSeconds(now, -QUOTA_SECONDS));
  const current = registration.isNamed ? trueChallenge({ request, sends, ...registration }, now) : undefined;
  assertMaySend(sends, request, now, current);

  const { id: registrationId } = registration;
  const newest = { id: deps.random.uuid(), expiresAt: addSeconds(now, CODE_TTL_SECONDS) };
  const code = deps.random.digits(CODE_LENGTH);
  const digest = codeDigest(deps.codeKey, { id: newest.id, ownerId: registrationId, purpose }, code);
  const row = { ...newest, registrationId, codeDigest: digest };
  const attempts = await deps.activations.addCode(tx, row, now);
  if (attempts === null) return null;
  const challenge = await countSend(
    deps.smsQuota,
    tx,
    { phone, request, sends, code: newest, attempts },
    now,
  );
  return { id: newest.id, code, phone, callerAddress, challenge };
}

/**
 * Sends an issued activation code. If that fails, `withdraw` removes it: by default the code, and for a new registration
 * all of it.
 * Throws SMS_UNAVAILABLE, or PHONE_INVALID when the gateway rejects the number.
 */
export function deliverActivationCode(
  deps: SendActivationCodeDeps,
  { id, phone, code, callerAddress }: IssuedActivationCode,
  withdraw = (tx: Tx) => deps.activations.removeCode(tx, id),
): Promise<void> {
  return deliverCode(deps, id, {
    message: { phone, callerAddress, isVerified: false, priority: "ordinary" },
    send: () => deps.sms.sendActivationCode(phone, code),
    withdraw,
  });
}
