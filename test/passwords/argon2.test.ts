import { randomBytes } from "node:crypto";
import portable from "argon2";
import { expect } from "chai";
import { type Argon2, argon2, loadArgon2 } from "../../src/passwords/argon2.js";
import { cpuTimes } from "../support/cpu-time.js";

const CHEAP = { memoryCost: 64, timeCost: 1, parallelism: 1 };
const PASSWORDS = ["Motdepasse123!", "", "\0", "a\0b", "mot clé 🔑", "x".repeat(512), "\uD800"];
/** Django 3.2's own `make_password("Motdepasse123!")`, without the name of its algorithm. */
const DJANGO = "$argon2id$v=19$m=102400,t=2,p=8$a0dyVEZnMnViazlDWjZYRVlTN3hucQ$FZzM2dBj8feblsdKY1M5FQ";

describe("argon2", () => {
  let implementations: Record<"native" | "portable", Argon2>;
  before(async () => {
    const withoutNative = await loadArgon2(() => Promise.reject(new Error("not installed")));
    implementations = { native: await loadArgon2(), portable: withoutNative };
  });

  /** Both ways round: which implementation hashes, and which one verifies. */
  const pairs = () => {
    const { native, portable } = implementations;
    return [
      { hashes: native, verifies: portable },
      { hashes: portable, verifies: native },
    ];
  };

  it("is taken from the optional package where it is installed", async () => {
    await import("@node-rs/argon2");
    expect(implementations.native.hash).not.to.equal(implementations.portable.hash);
    expect(await argon2.verify(await implementations.portable.hash("secret", CHEAP), "secret")).to.equal(
      true,
    );
  });

  it("is the same in both packages", async () => {
    for (const { hashes, verifies } of pairs()) {
      for (const password of PASSWORDS) {
        const hash = await hashes.hash(password, CHEAP);
        expect(hash).to.match(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
        expect(await verifies.verify(hash, password), JSON.stringify(password)).to.equal(true);
        expect(await verifies.verify(hash, `${password}x`), JSON.stringify(password)).to.equal(false);
      }
    }
  });

  it("verifies hashes with salts and lengths of every size that is accepted, in both packages", async () => {
    for (const [saltBytes, hashLength, parallelism] of [
      [8, 16, 1],
      [22, 24, 2],
      [32, 48, 8],
      [48, 64, 16],
    ] as const) {
      const salt = randomBytes(saltBytes);
      const hash = await portable.hash("secret", {
        ...CHEAP,
        memoryCost: 128,
        salt,
        hashLength,
        parallelism,
      });
      for (const implementation of Object.values(implementations)) {
        expect(await implementation.verify(hash, "secret"), hash).to.equal(true);
        expect(await implementation.verify(hash, "Secret"), hash).to.equal(false);
      }
    }
  });

  it("verifies Django's hashes in both packages", async () => {
    for (const implementation of Object.values(implementations)) {
      expect(await implementation.verify(DJANGO, "Motdepasse123!")).to.equal(true);
      expect(await implementation.verify(DJANGO, "Motdepasse123?")).to.equal(false);
    }
  });

  it("verifies a hash whose base64 has idle bits set, in both packages", async () => {
    const salt = Buffer.alloc(16);
    const hash = await portable.hash("secret", { ...CHEAP, salt });
    const respelled = hash.replace(/A\$/, "B$");
    expect(respelled).not.to.equal(hash);
    for (const implementation of Object.values(implementations)) {
      expect(await implementation.verify(respelled, "secret")).to.equal(true);
      expect(await implementation.verify(respelled, "other")).to.equal(false);
    }
  });

  it("wastes as much time as a hash takes, in both packages", async () => {
    const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
    for (const implementation of Object.values(implementations)) {
      const [hash, waste] = await cpuTimes(
        () => implementation.hash("secret", parameters),
        () => implementation.waste("secret", parameters),
      );
      expect(waste! / hash!).to.be.within(0.5, 2);
    }
  });
});
