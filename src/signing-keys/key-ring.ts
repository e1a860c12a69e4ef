import type { Logger } from "../system/logger.js";
import type { KeyCipher } from "./key-cipher.js";
import { signingOf } from "./rotation-plan.js";
import { openSealedKey, type PublishedKey, type SigningKey } from "./signing-key.js";
import { isLive, type StoredKey } from "./signing-key-store.js";
import { ACCESS_TOKEN_TYPES, type TokenKey } from "./token-key.js";

/** The keys that this process signs and verifies access tokens with. */
export interface KeyRing {
  /** The key that signs. Throws if there is none. */
  signing(): TokenKey;
  /**
   * The key whose tokens begin with this segment; undefined if it is none of the ring's. A key that is revoked or over
   * accepts no token: it only tells tokens that were ours from others.
   */
  find(header: string): TokenKey | undefined;
  /** The public keys that others may verify with: those that sign, stand by, or signed tokens that are not over. */
  published(): readonly PublishedKey[];
  /** When a key signed for the first time; null if none has. */
  firstSigningSince(): Date | null;
  /** Replaces the keys by those that the database has now. Returns the live ones that count. */
  update(rows: readonly StoredKey[]): StoredKey[];
}

export interface KeyRingDeps {
  keyCipher: KeyCipher;
  logger: Pick<Logger, "info" | "warn">;
}

/** A key with its row, as it was read last. */
interface RingKey {
  row: StoredKey;
  key: SigningKey;
}

/** Rows that are ignored are logged up to this number. */
const MAX_LOGGED_KEYS = 100;

/** Its keys accept tokens only as long as they are in the ring and live. */
export function createKeyRing({ keyCipher, logger }: KeyRingDeps): KeyRing {
  let keys = new Map<string, RingKey>();
  let byHeader = new Map<string, TokenKey>();
  let signing: SigningKey | undefined;
  let published: readonly PublishedKey[] = [];
  let firstSigningSince: Date | null = null;
  const logged = new Set<string>();

  function accepts(kid: string): boolean {
    const known = keys.get(kid);
    return known !== undefined && isLive(known.row);
  }

  /** Decrypts a key that this process doesn't have yet. */
  function open(row: StoredKey): SigningKey | null {
    const known = keys.get(row.kid);
    if (known) return known.key;
    const opened = openSealedKey(keyCipher, row);
    if (opened) {
      const { key } = opened;
      return { ...key, tokenKey: { ...key.tokenKey, accepts: () => accepts(key.kid) } };
    }
    if (!logged.has(row.kid) && logged.size < MAX_LOGGED_KEYS) {
      logged.add(row.kid);
      logger.warn({ kid: row.kid }, "a signing key is ignored: KEY_ENCRYPTION_SECRET does not decrypt it");
    }
    return null;
  }

  return {
    signing() {
      if (!signing) throw new TypeError("there is no signing key");
      return signing.tokenKey;
    },
    find: (header) => byHeader.get(header),
    published: () => published,
    firstSigningSince: () => firstSigningSince,
    update(rows) {
      const opened = rows.flatMap((row): RingKey[] => {
        const key = open(row);
        return key ? [{ row, key }] : [];
      });
      const live = opened.filter(({ row }) => isLive(row));
      const liveRows = live.map(({ row }) => row);
      keys = new Map(opened.map((known) => [known.key.kid, known]));
      byHeader = new Map(
        opened.flatMap(({ key: { tokenKey } }) =>
          ACCESS_TOKEN_TYPES.map((type) => [tokenKey.header(type), tokenKey] as const),
        ),
      );
      const next = keys.get(signingOf(liveRows)?.kid ?? "")?.key;
      if (signing && next && next.kid !== signing.kid)
        logger.info({ kid: next.kid }, "another key signs access tokens");
      signing = next;
      published = live.map(({ key }) => key.published);
      firstSigningSince = earliest(opened.map(({ row }) => row.signingSince));
      return liveRows;
    },
  };
}

function earliest(dates: readonly (Date | null)[]): Date | null {
  const times = dates.flatMap((date) => (date ? [date.getTime()] : []));
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}
