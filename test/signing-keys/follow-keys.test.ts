import { expect } from "chai";
import type { Database } from "../../src/db/database.js";
import { createKeyFollower, type KeyFollower } from "../../src/signing-keys/follow-keys.js";
import { createKeyCipher } from "../../src/signing-keys/key-cipher.js";
import { createKeyRing, type KeyRing } from "../../src/signing-keys/key-ring.js";
import type { SigningKeyStore, StoredKey } from "../../src/signing-keys/signing-key-store.js";
import { systemRandom } from "../../src/system/random.js";
import { rejection } from "../support/rejection.js";
import { NOW, storedKey, testCipher } from "./stored-keys.js";

describe("a process that follows the keys of the database", () => {
  let rows: StoredKey[];
  let reads: number;
  let onRead: () => void;
  let log: unknown[];
  let keyRing: KeyRing;
  let follower: KeyFollower;

  function make(keyCipher = testCipher): void {
    const signingKeys = {
      async read() {
        reads += 1;
        onRead();
        return rows;
      },
    } as Partial<SigningKeyStore> as SigningKeyStore;
    const write = (...args: unknown[]) => void log.push(args);
    const logger = { info: write, warn: write };
    keyRing = createKeyRing({ keyCipher, logger });
    const database = {} as Database;
    follower = createKeyFollower({ database, signingKeys, keyCipher, keyRing, keyRules: null, logger });
  }

  beforeEach(async () => {
    reads = 0;
    onRead = () => {};
    log = [];
    rows = [await storedKey({ signingSince: NOW }), await storedKey()];
    make();
  });
  afterEach(() => follower.stop());

  const kids = () => keyRing.published().map(({ kid }) => kid);

  it("has the keys once it has read them", async () => {
    expect(() => keyRing.signing()).to.throw("no signing key");
    await follower.follow();
    expect(kids()).to.deep.equal(rows.map(({ kid }) => kid));
    expect(reads).to.equal(1);
  });

  it("keeps them while the database fails, which it logs once, and follows again afterwards", async () => {
    await follower.follow();
    const before = kids();
    const fails = new Error("the database is down");
    const reading = (count: number) =>
      new Promise<void>((resolve) => {
        const until = reads + count;
        const throws = onRead;
        onRead = () => {
          if (reads === until) resolve();
          throws();
        };
      });
    onRead = () => {
      throw fails;
    };
    expect(await rejection(follower.follow())).to.equal(fails);
    const failed = reading(2);
    follower.start();
    await failed;
    await follower.stop();
    expect(kids()).to.deep.equal(before);
    expect(log).to.have.length(1);
    onRead = () => {};
    rows = rows.slice(0, 1);
    const worked = reading(1);
    follower.start();
    await worked;
    await follower.stop();
    expect(kids()).to.deep.equal(before.slice(0, 1));
    expect(log).to.have.length(1);
  }).timeout(20_000);

  it("reads nothing without a secret, with which nothing would decrypt", async () => {
    make(createKeyCipher([], systemRandom));
    await follower.follow();
    expect([reads, kids(), log]).to.deep.equal([0, [], []]);
  });
});
