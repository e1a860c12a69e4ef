import { createKeyCipher } from "../../src/signing-keys/key-cipher.js";
import { createKeyRing, type KeyRing } from "../../src/signing-keys/key-ring.js";
import { systemRandom } from "../../src/system/random.js";
import { testLogger } from "./log.js";

/** A ring without keys, for tests of tokens under the secret. */
export function emptyRing(): KeyRing {
  return createKeyRing({ keyCipher: createKeyCipher([], systemRandom), logger: testLogger() });
}
