import argon2 from "argon2";
import { expect } from "chai";
import { DomainError } from "../../src/errors.js";
import { createPasswordHasher, hashConcurrency } from "../../src/passwords/password-hash.js";
import { cpuTimes } from "../support/cpu-time.js";

const PASSWORD = "Motdepasse123!";
/** Django 3.2's own `make_password("Motdepasse123!")`. */
const DJANGO = "argon2$argon2id$v=19$m=102400,t=2,p=8$a0dyVEZnMnViazlDWjZYRVlTN3hucQ$FZzM2dBj8feblsdKY1M5FQ";

const hasher = createPasswordHasher({ concurrency: 2, queueLimit: 64 });

/** A hash of PASSWORD with the given parameters instead of ours. */
function hashWith(parameters: {
  memoryCost?: number;
  timeCost?: number;
  parallelism?: number;
}): Promise<string> {
  return argon2.hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1, ...parameters });
}

/** The error's reason, or "ok". */
function reasonOf(result: PromiseSettledResult<unknown>): string {
  if (result.status === "fulfilled") return "ok";
  return result.reason instanceof DomainError ? result.reason.reason : String(result.reason);
}

describe("password hasher", () => {
  it("hashes with argon2id, 19 MiB, two passes and one lane, with a new salt each time", async () => {
    const [first, second] = await Promise.all([hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
    expect(first).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(second).not.to.equal(first);
  });

  it("distinguishes the correct password from others", async () => {
    const hash = await hasher.hash(PASSWORD);
    expect(await hasher.verify(hash, PASSWORD)).to.deep.equal({ ok: true, needsRehash: false });
    for (const other of ["motdepasse123!", "Motdepasse123", "Motdepasse123!\0", ""]) {
      expect(await hasher.verify(hash, other), other).to.deep.equal({ ok: false, needsRehash: false });
    }
  });

  it("reads every character of a long password, NUL included", async () => {
    const long = `${"é\0".repeat(63)}ab`;
    const hash = await hasher.hash(long);
    expect((await hasher.verify(hash, long)).ok).to.equal(true);
    expect((await hasher.verify(hash, `${long.slice(0, -1)}c`)).ok).to.equal(false);
  });

  it("verifies Django's hashes and requests new ones", async () => {
    expect(await hasher.verify(DJANGO, PASSWORD)).to.deep.equal({ ok: true, needsRehash: true });
    expect(await hasher.verify(DJANGO, "Motdepasse123?")).to.deep.equal({ ok: false, needsRehash: false });
    const ours = await hasher.hash(PASSWORD);
    expect(await hasher.verify(`argon2${ours}`, PASSWORD)).to.deep.equal({ ok: true, needsRehash: true });
  });

  it("requests a new hash when any parameter is not ours", async () => {
    for (const parameters of [{ memoryCost: 12_288 }, { timeCost: 3 }, { parallelism: 2 }]) {
      expect(await hasher.verify(await hashWith(parameters), PASSWORD)).to.deep.equal({
        ok: true,
        needsRehash: true,
      });
    }
  });

  it("matches nothing with a hash that is malformed or foreign", async () => {
    const [, , version, , salt, hash] = (await hashWith({})).split("$");
    const foreign = [
      "",
      "!",
      "$argon2id$",
      "pbkdf2_sha256$600000$salt$aGFzaA==",
      "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
      `$argon2i$${version}$m=19456,t=2,p=1$${salt}$${hash}`,
      `$argon2id$v=16$m=19456,t=2,p=1$${salt}$${hash}`,
      `$argon2id$${version}$m=7,t=2,p=1$${salt}$${hash}`,
      `$argon2id$${version}$m=19456,t=0,p=1$${salt}$${hash}`,
      `$argon2id$${version}$m=19456,t=2,p=1$${salt}$`,
      `$argon2id$${version}$m=19456,t=2,p=1$YWJj$${hash}`,
      `$argon2id$${version}$m=19456,t=2,p=1$${salt}$${hash}\n`,
    ];
    for (const text of foreign) {
      expect(await hasher.verify(text, PASSWORD), text).to.deep.equal({ ok: false, needsRehash: false });
    }
  });

  it("does not check a hash that asks for too much, even with the right password", async () => {
    for (const parameters of [
      { memoryCost: 131_073 },
      { memoryCost: 64, timeCost: 11 },
      { memoryCost: 136, parallelism: 17 },
    ]) {
      const result = await hasher.verify(await hashWith(parameters), PASSWORD);
      expect(result, JSON.stringify(parameters)).to.deep.equal({ ok: false, needsRehash: false });
    }
  });

  it("handles a hash that asks for a terabyte", async () => {
    const [, , version, , salt, hash] = (await hashWith({})).split("$");
    const result = await hasher.verify(`$argon2id$${version}$m=1073741824,t=2,p=1$${salt}$${hash}`, PASSWORD);
    expect(result).to.deep.equal({ ok: false, needsRehash: false });
  });

  it("takes as long without a hash, or with an unreadable one, as with a wrong password", async () => {
    const hash = await hasher.hash(PASSWORD);
    const [wrong, nothing, unreadable] = await cpuTimes(
      () => hasher.verify(hash, "tigre-lent"),
      () => hasher.verifyNothing("tigre-lent"),
      () => hasher.verify("!", "tigre-lent"),
    );
    expect(nothing! / wrong!).to.be.within(0.5, 2);
    expect(unreadable! / wrong!).to.be.within(0.5, 2);
  });

  it("serves callers in order, and refuses them at once beyond the queue", async () => {
    const busy = createPasswordHasher({ concurrency: 1, queueLimit: 3 });
    const ended: number[] = [];
    const calls = [0, 1, 2, 3, 4, 5].map(async (index) => {
      await (index % 2 === 0 ? busy.hash(PASSWORD) : busy.verifyNothing(PASSWORD)).finally(() =>
        ended.push(index),
      );
    });
    expect(busy.waiting).to.equal(3);
    const results = await Promise.allSettled(calls);
    expect(results.map(reasonOf)).to.deep.equal(["ok", "ok", "ok", "ok", "OVERLOADED", "OVERLOADED"]);
    expect(ended).to.deep.equal([4, 5, 0, 1, 2, 3]);
    expect(busy.waiting).to.equal(0);
  });

  it("keeps a quarter of the queue for owners, and serves them before strangers", async () => {
    const busy = createPasswordHasher({ concurrency: 1, queueLimit: 8 });
    const ended: string[] = [];
    const call = (name: string, work: Promise<unknown>) => work.finally(() => ended.push(name));
    const hash = await hasher.hash(PASSWORD);
    const strangers = Array.from({ length: 8 }, (_, index) =>
      call(`stranger ${index}`, busy.verify(hash, "tigre-lent")),
    );
    const owners = [
      call("owner 0", busy.verify(hash, PASSWORD, "owner")),
      call("owner 1", busy.hash("tigre-lent", "owner")),
      call("owner 2", busy.verify(hash, PASSWORD, "owner")),
    ];
    expect((await Promise.allSettled(strangers)).map(reasonOf)).to.deep.equal([
      ...Array(7).fill("ok"),
      "OVERLOADED",
    ]);
    expect((await Promise.allSettled(owners)).map(reasonOf)).to.deep.equal(["ok", "ok", "OVERLOADED"]);
    expect(ended.slice(0, 2)).to.have.members(["stranger 7", "owner 2"]);
    expect(ended.slice(2, 6)).to.deep.equal(["owner 0", "owner 1", "stranger 0", "stranger 1"]);
  });

  it("says when to retry a refused call, on every method", async () => {
    const busy = createPasswordHasher({ concurrency: 1, queueLimit: 1 });
    const filling = [busy.hash(PASSWORD), busy.hash(PASSWORD)];
    const refused = await Promise.allSettled([
      busy.hash(PASSWORD),
      busy.verify(DJANGO, PASSWORD),
      busy.verify("!", PASSWORD),
      busy.verifyNothing(PASSWORD),
    ]);
    expect(refused.map(reasonOf)).to.deep.equal(Array(4).fill("OVERLOADED"));
    for (const result of refused) {
      expect((result as PromiseRejectedResult).reason.retryAfterSeconds).to.equal(1);
    }
    await Promise.all(filling);
    expect((await busy.verify(await busy.hash(PASSWORD), PASSWORD)).ok).to.equal(true);
  });

  it("leaves threads for other work while the queue is full", async () => {
    const busy = createPasswordHasher({ concurrency: hashConcurrency(2, 4), queueLimit: 64 });
    const logins = Promise.all(Array.from({ length: 32 }, () => busy.hash(PASSWORD)));
    await crypto.subtle.digest("SHA-256", new Uint8Array(32));
    expect(busy.waiting).to.be.above(16);
    await logins;
  });
});

describe("hashConcurrency", () => {
  it("is at most the cores and two less than the thread pool, and at least one", () => {
    expect(hashConcurrency(1, 4)).to.equal(1);
    expect(hashConcurrency(2, 4)).to.equal(2);
    expect(hashConcurrency(8, 4)).to.equal(2);
    expect(hashConcurrency(8, 16)).to.equal(8);
    expect(hashConcurrency(8, 1)).to.equal(1);
  });
});
