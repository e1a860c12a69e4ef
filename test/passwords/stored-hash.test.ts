import { expect } from "chai";
import { createPasswordHasher } from "../../src/passwords/password-hash.js";
import { parseStoredHash } from "../../src/passwords/stored-hash.js";
import { cpuTimes } from "../support/cpu-time.js";

const PASSWORD = "Motdepasse123!";

/** `Crème brûlée 2024` as some keyboards type it: letters and accents apart. */
const DECOMPOSED = "Cre\u0300me bru\u0302le\u0301e 2024";

/**
 * Passwords and what Django stores for them. Computed with Python's
 * `base64.b64encode(hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations))`; the first is from
 * Django's own tests.
 */
const PBKDF2: readonly [password: string, hash: string][] = [
  ["lètmein", "pbkdf2_sha256$20000$seasalt$oBSd886ysm3AqYun62DOdin8YcfbU1z9cksZSuLP9r0="],
  // The defaults of Django 5.1 and 5.2.
  [PASSWORD, "pbkdf2_sha256$870000$kJ8vNq2XwRzT4LmY7bHc1D$BV//Fl0DTl44vT9ACDas/V1o82B+DJxRKyw3RjAOG3E="],
  [PASSWORD, "pbkdf2_sha256$1000000$S3dQpZ0uGfWnEaYx5KtVbM$Jy+m7JcKAZwNhMOouW6e6gQqvqWokmDdrQ196ej4Up8="],
  // The limit of iterations, and the least.
  [PASSWORD, "pbkdf2_sha256$2000000$kJ8vNq2XwRzT4LmY7bHc1D$63oTNKcFsT0he8Sk6Z7LTB43BEBR5law3Wqdu1xEgoI="],
  [PASSWORD, "pbkdf2_sha256$1$a$Bw2AHXwVbEOsAlP6mwqBPKxJ5vFPDJpuO7Fb1EP/8fQ="],
  // Salts of 8, 12 and 61 characters.
  [PASSWORD, "pbkdf2_sha256$20000$seasalt2$YxJx88SRVT+EYwdulNSaCelY3TA7iMDKuauGY7UobI0="],
  [
    "mot de passe 🔑 Ébène ŋ",
    "pbkdf2_sha256$260000$9uWbR2oHs5Tz$PQtJWRJ+iLmcihJyrJROSMBiQn10EZQ6JxOvSW3BmKw=",
  ],
  ["lettmein", `pbkdf2_sha256$1000$${"x".repeat(61)}$5yrUZMyaY+4+FBeiB8P8aFnr4Tb/D0TOmjnAt3xDvu8=`],
  [DECOMPOSED, "pbkdf2_sha256$600000$f0Yk3JmXc8Lq6PvNdA1RzB$mQQk6hutuscC/Pr5AEbXzS3RWbc/9VCYfMZpXfm945o="],
];

/** A right hash of PASSWORD with one iteration more than the limit. */
const EXCESSIVE = "pbkdf2_sha256$2000001$kJ8vNq2XwRzT4LmY7bHc1D$NWahNIflvN2jHVh3ryzhbqZ0iznf6IZmgAJRpWz8iIg=";

const hasher = createPasswordHasher({ concurrency: 2, queueLimit: 64 });

describe("pbkdf2_sha256 hash", () => {
  for (const [password, hash] of PBKDF2) {
    it(`matches its password and no other, and asks for a new hash: ${hash.slice(0, 32)}…`, async () => {
      expect(await hasher.verify(hash, password)).to.deep.equal({ ok: true, needsRehash: true });
      expect(await hasher.verify(hash, `${password}!`)).to.deep.equal({ ok: false, needsRehash: false });
    });
  }

  it("matches the composed form of what is typed, or exactly what was typed in Django", async () => {
    const composed = DECOMPOSED.normalize("NFC");
    const hash = PBKDF2.at(-1)?.[1] ?? "";
    expect(composed).not.to.equal(DECOMPOSED);
    // Django hashed decomposed characters, so composed ones are another password.
    expect(await hasher.verify(hash, composed)).to.deep.equal({ ok: false, needsRehash: false });
    const [, accented = ""] = PBKDF2[0] ?? [];
    expect((await hasher.verify(accented, "lètmein".normalize("NFD"))).ok).to.equal(true);
  });

  it("is refused when it is malformed", () => {
    const [, good = ""] = PBKDF2[0] ?? [];
    const [, iterations, salt, key = ""] = good.split("$");
    expect(parseStoredHash(good)).not.to.equal(null);
    const malformed = [
      `pbkdf2_sha1$${iterations}$${salt}$${key}`,
      `pbkdf2_sha256$0$${salt}$${key}`,
      `pbkdf2_sha256$-1$${salt}$${key}`,
      `pbkdf2_sha256$1e3$${salt}$${key}`,
      `pbkdf2_sha256$020000$${salt}$${key}`,
      `pbkdf2_sha256$99999999999999999999$${salt}$${key}`,
      `pbkdf2_sha256$${iterations}$$${key}`,
      `pbkdf2_sha256$${iterations}$${"x".repeat(65)}$${key}`,
      `pbkdf2_sha256$${iterations}$sea salt$${key}`,
      `pbkdf2_sha256$${iterations}$${salt}$`,
      `pbkdf2_sha256$${iterations}$${salt}$${key.slice(0, -1)}`,
      `pbkdf2_sha256$${iterations}$${salt}$${key.slice(4)}`,
      `pbkdf2_sha256$${iterations}$${salt}$${key}AAAA`,
      `pbkdf2_sha256$${iterations}$${salt}$${key}\n`,
      `argon2pbkdf2_sha256$${iterations}$${salt}$${key}`,
    ];
    for (const text of malformed) expect(parseStoredHash(text), text).to.equal(null);
  });

  it("with more than 2,000,000 iterations matches nothing, and costs as much as one of ours", async () => {
    expect(await hasher.verify(EXCESSIVE, PASSWORD)).to.deep.equal({ ok: false, needsRehash: false });
    const ours = await hasher.hash(PASSWORD);
    const [excessive, own] = await cpuTimes(
      () => hasher.verify(EXCESSIVE, "tigre-lent"),
      () => hasher.verify(ours, "tigre-lent"),
    );
    expect(excessive! / own!).to.be.within(0.5, 2);
  });

  it("waits in the queue like every other hash, and leaves the event loop free", async () => {
    const [, hash = ""] = PBKDF2[1] ?? [];
    const busy = createPasswordHasher({ concurrency: 1, queueLimit: 1 });
    let hasEnded = false;
    const first = busy.verify(hash, PASSWORD).finally(() => {
      hasEnded = true;
    });
    const second = busy.hash(PASSWORD);
    expect(busy.waiting).to.equal(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).to.equal(false);
    expect((await Promise.allSettled([busy.verify(hash, PASSWORD)]))[0]).to.have.nested.property(
      "reason.reason",
      "OVERLOADED",
    );
    await Promise.all([first, second]);
  });
});
