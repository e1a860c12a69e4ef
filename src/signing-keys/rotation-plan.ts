import { addSeconds } from "../system/clock.js";
import type { KeyAlgorithm } from "./algorithms.js";
import type { StoredKey } from "./signing-key-store.js";

/** How a server's keys are made and changed. */
export interface KeyRules {
  /** Of the key that signs. */
  algorithm: KeyAlgorithm;
  /** Time (s) for which a key is published before it signs. */
  prepublishSeconds: number;
  /** Time (s) for which a key signs. */
  rotationSeconds: number;
  /** Lifetime (s) of the tokens. */
  tokenSeconds: number;
}

/** What has to change so that one key signs and another one stands by. */
export interface RotationPlan {
  /** The key that signs from now on: one that stands by, or a new one; null: it stays. */
  next: StoredKey | "new" | null;
  /** The keys that sign no longer. */
  retired: readonly string[];
  /** Keys that stood by and are needed no more. */
  unused: readonly string[];
  /** Whether a key has to be made that stands by. */
  createsStandby: boolean;
  /** The signing key whose tokens live longer than it says; null: none. */
  lengthened: string | null;
}

/** The key that signs: of several, which only different secrets can lead to, the one that began last. */
export function signingOf<Key extends StoredKey>(keys: readonly Key[]): Key | null {
  const signing = keys.filter(isSigning);
  return signing.reduce<Key | null>(
    (last, key) =>
      last?.signingSince && key.signingSince && key.signingSince < last.signingSince ? last : key,
    null,
  );
}

export const standsBy = ({ signingSince }: StoredKey) => signingSince === null;
const isSigning = ({ signingSince, retiredAt }: StoredKey) => signingSince !== null && retiredAt === null;

/** Whether a key that stands by has been published long enough. */
export const isRipe = ({ signsFrom, readAt }: StoredKey) => signsFrom <= readAt;

/** Plans what is due. `keys` are the live keys that decrypt, oldest first. */
export function planDue(keys: readonly StoredKey[], rules: KeyRules): RotationPlan {
  const signing = signingOf(keys);
  const standbys = keys.filter((key) => standsBy(key) && key.algorithm === rules.algorithm);
  if (!signing) return planNext(keys, standbys[0] ?? keys.find(standsBy) ?? "new", rules);
  const isOld = addSeconds(signing.signingSince ?? signing.readAt, rules.rotationSeconds) <= signing.readAt;
  const isDue = isOld || signing.algorithm !== rules.algorithm;
  return planNext(keys, (isDue && standbys.find(isRipe)) || null, rules);
}

/** Plans that `next` signs from now on. */
export function planNext(
  keys: readonly StoredKey[],
  next: RotationPlan["next"],
  { algorithm, tokenSeconds }: Pick<KeyRules, "algorithm" | "tokenSeconds">,
): RotationPlan {
  const signing = next ?? signingOf(keys);
  const kid = signing === "new" ? null : signing?.kid;
  const others = keys.filter((key) => key.kid !== kid);
  const isKept = (key: StoredKey) => key.algorithm === algorithm;
  const standbys = others.filter(standsBy);
  return {
    next,
    retired: others.filter(isSigning).map((key) => key.kid),
    // Those of a former algorithm go when the first key of the present one signs; before that, two servers with different
    // algorithms would delete each other's.
    unused: next ? standbys.filter((key) => !isKept(key)).map((key) => key.kid) : [],
    createsStandby: !standbys.some(isKept),
    lengthened:
      !next && signing && signing !== "new" && signing.tokenSeconds < tokenSeconds ? signing.kid : null,
  };
}

export function changesNothing({ next, retired, unused, createsStandby, lengthened }: RotationPlan): boolean {
  return !next && retired.length === 0 && unused.length === 0 && !createsStandby && !lengthened;
}
