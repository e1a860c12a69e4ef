import type { Cluster, Redis } from "ioredis";
import type { Random } from "../system/random.js";
import { replyCode } from "./redis-failure.js";

/** How long (s) an epoch is kept after its last use: longer than the longest window, a day. */
const EPOCH_TTL_SECONDS = 2 * 86_400;

/**
 * The epochs of phone numbers in Redis. Clearing a number's windows begins a new epoch, a random id under a key of the
 * number. From then on the id ends the keys of the number's windows: those before are never read again, and expire. So
 * clearing takes one command, however many addresses have called for the number and however many keys Redis has.
 *
 * An epoch outlives every window that counts in it, because it is prolonged before a window is charged. A key of another
 * type is deleted, and reported to `onReplaced`: the number then counts as never cleared.
 */
export function createPhoneEpochs(
  redis: Redis | Cluster,
  prefix: string,
  random: Random,
  onReplaced: (key: string) => void,
) {
  const keyOf = (phone: string) => `${prefix}cleared:${phone}`;

  async function read(key: string): Promise<string | null> {
    try {
      return await redis.get(key);
    } catch (error) {
      if (replyCode(error) !== "WRONGTYPE") throw error;
      onReplaced(key);
      await redis.del(key);
      return null;
    }
  }

  return {
    /** What ends the keys of the number's windows: nothing until they are cleared. Rejects when Redis fails. */
    async keySuffix(phone: string): Promise<string> {
      const epoch = await read(keyOf(phone));
      const isKept = epoch !== null && (await redis.expire(keyOf(phone), EPOCH_TTL_SECONDS)) === 1;
      return isKept ? `#${epoch}` : "";
    },
    /** Starts the number's windows anew. Rejects when Redis fails. */
    async begin(phone: string): Promise<void> {
      const epoch = random.bytes(6).toString("base64url");
      await redis.set(keyOf(phone), epoch, "EX", EPOCH_TTL_SECONDS);
    },
  };
}
