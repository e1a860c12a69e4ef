import type { Database, Tx } from "../db/database.js";
import { addSeconds } from "../system/clock.js";
import { isKeyAlgorithm } from "./algorithms.js";
import type { KeyCipher } from "./key-cipher.js";
import {
  isRipe,
  type KeyRules,
  planDue,
  planNext,
  type RotationPlan,
  signingOf,
  standsBy,
} from "./rotation-plan.js";
import { newSealedKey, openSealedKey } from "./signing-key.js";
import { isLive, type SigningKeyStore, type StoredKey } from "./signing-key-store.js";

export interface RotateKeysDeps {
  database: Database;
  signingKeys: SigningKeyStore;
  keyCipher: KeyCipher;
}

/**
 * Time (s) after which every server knows a new key: twice what they take. A key that signs earlier is refused by those
 * that don't have it yet.
 */
export const FOLLOWED_SECONDS = 4;

/** The keys that count: a row that doesn't decrypt neither signs nor keeps another key from signing. */
async function readTrusted({ signingKeys, keyCipher }: RotateKeysDeps, tx: Tx): Promise<StoredKey[]> {
  const keys = await signingKeys.read(tx);
  return keys.filter((key) => isLive(key) && openSealedKey(keyCipher, key));
}

/** Runs `change` while no other process changes keys. */
function whileLocked<Result>(
  deps: RotateKeysDeps,
  change: (tx: Tx, keys: StoredKey[]) => Promise<Result>,
): Promise<Result> {
  return deps.database.transaction(async (tx) => {
    await deps.signingKeys.lock(tx);
    return change(tx, await readTrusted(deps, tx));
  });
}

type MakingRules = Omit<KeyRules, "rotationSeconds">;

async function carryOut(deps: RotateKeysDeps, tx: Tx, plan: RotationPlan, rules: MakingRules): Promise<void> {
  const { signingKeys, keyCipher } = deps;
  const { algorithm, prepublishSeconds, tokenSeconds } = rules;
  const create = async (isSigning: boolean) => {
    const key = await newSealedKey(keyCipher, algorithm);
    await signingKeys.insert(tx, { ...key, prepublishSeconds, tokenSeconds, isSigning });
  };
  if (plan.retired.length > 0) await signingKeys.retire(tx, plan.retired);
  if (plan.unused.length > 0) await signingKeys.deleteUnused(tx, plan.unused);
  if (plan.lengthened) await signingKeys.lengthenTokens(tx, plan.lengthened, tokenSeconds);
  if (plan.next === "new") await create(true);
  else if (plan.next) await signingKeys.startSigning(tx, plan.next.kid, tokenSeconds);
  if (plan.createsStandby) await create(false);
}

/** Makes the keys that are missing, and rotates when it is time. Any number of processes may do so at once. */
export function carryOutDue(deps: RotateKeysDeps, rules: KeyRules): Promise<void> {
  return whileLocked(deps, (tx, keys) => carryOut(deps, tx, planDue(keys, rules), rules));
}

/**
 * The rules by which the server made these keys: a command knows neither its algorithm nor its times. null if there is no
 * key.
 */
function rulesOf(keys: readonly StoredKey[]): MakingRules | null {
  const standby = keys.find(standsBy);
  const algorithm = (signingOf(keys) ?? standby)?.algorithm;
  if (algorithm === undefined || !isKeyAlgorithm(algorithm)) return null;
  const published = standby ? (standby.signsFrom.getTime() - standby.createdAt.getTime()) / 1000 : 0;
  return {
    algorithm,
    prepublishSeconds: published,
    tokenSeconds: Math.max(...keys.map(({ tokenSeconds }) => tokenSeconds)),
  };
}

/** The key that a rotation turns to: one of the algorithm that signs, else any that stands by. */
function nextOf(keys: readonly StoredKey[], { algorithm }: MakingRules): StoredKey | null {
  const standbys = keys.filter(standsBy);
  return standbys.find((key) => key.algorithm === algorithm) ?? standbys[0] ?? null;
}

export type Rotation =
  | { outcome: "rotated"; kid: string }
  /** The key that stands by may sign from `signsFrom`. */
  | { outcome: "too_early"; signsFrom: Date }
  /** No key that decrypts stands by. */
  | { outcome: "no_keys" };

/**
 * Lets the key that stands by sign from now on, and publishes another one. Refused while verifiers may not have the key
 * yet; `force` refuses only while servers may not.
 */
export function rotateKeys(deps: RotateKeysDeps, { force }: { force: boolean }): Promise<Rotation> {
  return whileLocked<Rotation>(deps, async (tx, keys) => {
    const rules = rulesOf(keys);
    const next = rules && nextOf(keys, rules);
    if (!rules || !next) return { outcome: "no_keys" };
    const followedFrom = addSeconds(next.createdAt, FOLLOWED_SECONDS);
    const signsFrom = force || next.signsFrom < followedFrom ? followedFrom : next.signsFrom;
    if (!isRipe({ ...next, signsFrom })) return { outcome: "too_early", signsFrom };
    const rulesOfNext = isKeyAlgorithm(next.algorithm) ? { ...rules, algorithm: next.algorithm } : rules;
    await carryOut(deps, tx, planNext(keys, next, rulesOfNext), rulesOfNext);
    return { outcome: "rotated", kid: next.kid };
  });
}

export type Revocation = "revoked" | "already_revoked" | "unknown";

/**
 * Revokes a key: no token of it is accepted any more, and it is not published. If it signed, the key that stands by signs
 * at once; another one is published in place of the one that is gone.
 */
export function revokeKey(
  deps: RotateKeysDeps,
  { kid, reason }: { kid: string; reason: string },
): Promise<Revocation> {
  return whileLocked<Revocation>(deps, async (tx, keys) => {
    const { signingKeys } = deps;
    const stored = (await signingKeys.read(tx)).find((key) => key.kid === kid);
    if (!stored) return "unknown";
    if (stored.revokedAt) return "already_revoked";
    await signingKeys.revoke(tx, kid, reason);
    const rules = rulesOf(keys);
    // Nothing follows from a key that counted for nothing.
    if (!rules || !keys.some((key) => key.kid === kid)) return "revoked";
    const left = keys.filter((key) => key.kid !== kid);
    const next = signingOf(left) ? null : (nextOf(left, rules) ?? "new");
    await carryOut(deps, tx, planNext(left, next, rules), rules);
    return "revoked";
  });
}
