/**
 * argon2id (RFC 9106). Passwords are hashed as UTF-8. Each call occupies one thread of libuv's pool.
 */
export interface Argon2 {
  /** Returns the hash of `password` in PHC format, with a new salt. */
  hash(password: string, parameters: Argon2Parameters): Promise<string>;
  /** Costs as much as `hash`; the result is discarded. */
  waste(password: string, parameters: Argon2Parameters): Promise<void>;
  /** Whether `password` has this hash, which is in PHC format. Any PHC text of version 1.3 whose parameters argon2 permits. */
  verify(phc: string, password: string): Promise<boolean>;
}

export interface Argon2Parameters {
  /** KiB */
  memoryCost: number;
  /** Passes. */
  timeCost: number;
  /** Lanes. */
  parallelism: number;
}

/** Salt of the hashes that `waste` discards. */
const DECOY_SALT = Buffer.alloc(16);

/** The package that is always there. Its prebuilt programs use the instructions that every processor has. */
const importPortable = async () => (await import("argon2")).default;

const portableArgon2: Argon2 = {
  async hash(password, parameters) {
    const portable = await importPortable();
    return portable.hash(password, { ...parameters, type: portable.argon2id });
  },
  async waste(password, parameters) {
    const portable = await importPortable();
    await portable.hash(password, { ...parameters, type: portable.argon2id, salt: DECOY_SALT, raw: true });
  },
  verify: async (phc, password) => (await importPortable()).verify(phc, password),
};

/** The package with programs for each processor's own instructions, half as costly. */
const importNative = () => import("@node-rs/argon2");

/** argon2id by the optional package if it is installed and works here, else by the other one. */
export async function loadArgon2(importPackage = importNative): Promise<Argon2> {
  const native = await importPackage().catch(() => null);
  if (!native) return portableArgon2;
  return {
    hash: (password, parameters) => native.hash(password, parameters),
    async waste(password, parameters) {
      await native.hashRaw(password, { ...parameters, salt: DECOY_SALT });
    },
    // It rejects base64 whose last character has bits that don't count. Such a hash is nobody's but may be verified.
    verify: (phc, password) => native.verify(phc, password).catch(() => portableArgon2.verify(phc, password)),
  };
}

let loaded: Promise<Argon2> | undefined;

/** The package to use, loaded with the first password. */
function load(): Promise<Argon2> {
  loaded ??= loadArgon2();
  return loaded;
}

export const argon2: Argon2 = {
  hash: async (password, parameters) => (await load()).hash(password, parameters),
  waste: async (password, parameters) => (await load()).waste(password, parameters),
  verify: async (phc, password) => (await load()).verify(phc, password),
};
