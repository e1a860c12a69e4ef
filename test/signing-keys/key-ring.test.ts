import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from "node:crypto";
import { expect } from "chai";
import { createLocalJWKSet, jwtVerify } from "jose";
import { createAccessTokens } from "../../src/sessions/access-token.js";
import { type AccessTokenAlgorithm, createAccessKeys } from "../../src/signing-keys/access-keys.js";
import { createKeyCipher } from "../../src/signing-keys/key-cipher.js";
import { createKeyRing, type KeyRing } from "../../src/signing-keys/key-ring.js";
import { newSealedKey } from "../../src/signing-keys/signing-key.js";
import type { StoredKey } from "../../src/signing-keys/signing-key-store.js";
import { addSeconds, epochSeconds } from "../../src/system/clock.js";
import { systemRandom } from "../../src/system/random.js";
import type { User } from "../../src/users/user.js";
import { tokenOwner as user } from "../sessions/token-owner.js";
import { testClock } from "../support/clock.js";
import { twinOf } from "../support/signatures.js";
import { NOW, storedKey, testCipher } from "./stored-keys.js";

const issuer = "https://identity.example";
const audience = "billing";
const tokenSecrets = ["s".repeat(40)];
const ttlSeconds = 900;
const grant = {
  id: "9d0c6a54-1f3e-4c57-8a10-6f2b7c9e0d11",
  sessionId: "3f1f6f0a-7d2b-4b2a-9f5e-0a3c1d2e4f50",
};

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (segment = "") =>
  JSON.parse(Buffer.from(segment, "base64url").toString()) as Record<string, unknown>;
const partsOf = (token: string) => token.split(".") as [string, string, string];

describe("access tokens under the keys of the ring", () => {
  const clock = testClock();
  let log: string[];
  let ring: KeyRing;
  let signing: StoredKey;
  let standby: StoredKey;

  beforeEach(async () => {
    clock.set(NOW.toISOString());
    log = [];
    const write = (...args: unknown[]) => void log.push(JSON.stringify(args));
    ring = createKeyRing({ keyCipher: testCipher, logger: { info: write, warn: write } });
    signing = await storedKey({ signingSince: addSeconds(NOW, -86_400) });
    standby = await storedKey();
    ring.update([signing, standby]);
  });

  function make(
    algorithm: AccessTokenAlgorithm = "ES256",
    overrides: { type?: "JWT"; keyRing?: KeyRing } = {},
  ) {
    const { type = "at+jwt", keyRing = ring } = overrides;
    const accessKeys = createAccessKeys({ keyRing, tokenSecrets, algorithm, ttlSeconds });
    return createAccessTokens({
      ...{ accessKeys, clock, random: systemRandom, type, issuer, audience, ttlSeconds },
      serviceTtlSeconds: ttlSeconds,
      formerIssuers: ["https://before.example"],
    });
  }

  /** A fresh reader each time: nothing is remembered. */
  const read = (token: string) => make().read(token);
  const isAccepted = (token: string) => read(token) !== null && read(token) !== "expired";

  it("are signed with another key from when it signs, which the log says once", async () => {
    const signs = (row: StoredKey, signingSince: Date) => ({ ...row, signingSince });
    ring.update([signing, standby]);
    expect(log).to.deep.equal([]);
    const later = addSeconds(NOW, 1);
    for (let time = 0; time < 2; time += 1) ring.update([signing, signs(standby, later)]);
    expect(log).to.deep.equal([JSON.stringify([{ kid: standby.kid }, "another key signs access tokens"])]);
    const [header] = partsOf(make().issue(user, grant));
    expect(decode(header).kid).to.equal(standby.kid);
  });

  it("name the algorithm, the key and the type, and are what a verifier with the published keys accepts", async () => {
    for (const algorithm of ["ES256", "EdDSA", "RS256"] as const) {
      const key = await storedKey({ signingSince: NOW }, algorithm);
      ring.update([key]);
      for (const type of ["at+jwt", "JWT"] as const) {
        const token = make(algorithm, type === "JWT" ? { type } : {}).issue(user, grant);
        expect(decode(partsOf(token)[0])).to.deep.equal({ alg: algorithm, kid: key.kid, typ: type });
        const keys = createLocalJWKSet({ keys: [...ring.published()] as never });
        const options = { issuer, audience, typ: type, currentDate: NOW };
        const { payload } = await jwtVerify(token, keys, options);
        expect(payload).to.include({ sub: "7", token_type: "access" }).and.not.to.have.property("roles");
        expect(isAccepted(token)).to.equal(true);
      }
    }
  });

  it("name the roles of administrators", () => {
    const rolesOf = (rights: Partial<User>) =>
      decode(partsOf(make().issue({ ...user, ...rights }, grant))[1]).roles;
    expect(rolesOf({ isStaff: true })).to.deep.equal(["staff"]);
    expect(rolesOf({ isSuperuser: true })).to.deep.equal(["superuser"]);
    expect(rolesOf({ isStaff: true, isSuperuser: true })).to.deep.equal(["staff", "superuser"]);
  });

  it("are refused with the other signature of the same text, and every other spelling of theirs", () => {
    const token = make().issue(user, grant);
    const [header, payload, signature] = partsOf(token);
    expect(isAccepted(token)).to.equal(true);
    const bytes = Buffer.from(signature, "base64url");
    const der = Buffer.concat([
      Buffer.of(0x30, 0x44, 2, 32),
      bytes.subarray(0, 32),
      Buffer.of(2, 32),
      bytes.subarray(32),
    ]);
    for (const other of [
      twinOf(bytes).toString("base64url"),
      der.toString("base64url"),
      bytes.toString("base64"),
      bytes.toString("hex"),
      `${signature}=`,
      `${signature}A`,
      `${signature.slice(0, -1)}${signature.endsWith("A") ? "B" : "A"}`,
      signature.slice(0, -1),
      `${signature.slice(0, -1)}\n`,
      "",
    ]) {
      expect(read(`${header}.${payload}.${other}`), other).to.equal(null);
    }
  });

  it("are refused under a header that we don't issue, whatever key signed them", () => {
    const [header, payload] = partsOf(make().issue(user, grant));
    const { kid } = signing;
    const tokenKey = ring.find(header)!;
    const headers: object[] = [
      { alg: "none", kid, typ: "at+jwt" },
      { alg: "none", typ: "at+jwt" },
      { alg: "ES384", kid, typ: "at+jwt" },
      { alg: "es256", kid, typ: "at+jwt" },
      { alg: "RS256", kid, typ: "at+jwt" },
      { alg: "EdDSA", kid, typ: "at+jwt" },
      { alg: "ES256", typ: "at+jwt" },
      { alg: "ES256", kid: standby.kid, typ: "at+jwt" },
      { alg: "ES256", kid: kid.toLowerCase(), typ: "at+jwt" },
      { alg: "ES256", kid: `${kid}=`, typ: "at+jwt" },
      { alg: "ES256", kid: "", typ: "at+jwt" },
      { alg: "ES256", kid: "../../dev/null", typ: "at+jwt" },
      { alg: "ES256", kid: "__proto__", typ: "at+jwt" },
      { alg: "ES256", kid: [kid], typ: "at+jwt" },
      { alg: "ES256", kid, typ: "rt+jwt" },
      { alg: "ES256", kid, typ: "AT+JWT" },
      { alg: "ES256", kid },
      { kid, alg: "ES256", typ: "at+jwt" },
      { alg: "ES256", kid, typ: "at+jwt", crit: [] },
      { alg: "ES256", kid, typ: "at+jwt", jwk: ring.published()[0] },
      { alg: "ES256", kid, typ: "at+jwt", jku: "https://attacker.example/jwks.json" },
      { alg: "ES256", kid, typ: "at+jwt", x5u: "https://attacker.example/x5u" },
    ];
    for (const other of headers) {
      const text = `${encode(other)}.${payload}`;
      expect(read(`${text}.${tokenKey.sign(text)}`), JSON.stringify(other)).to.equal(null);
      expect(read(`${text}.`), `${JSON.stringify(other)} unsigned`).to.equal(null);
    }
  });

  it("are refused when HS256 signed them with a public key, in whatever form", () => {
    const [, payload] = partsOf(make().issue(user, grant));
    const { kid } = signing;
    for (const jwk of ring.published()) {
      const key = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
      const secrets = [
        key.export({ format: "pem", type: "spki" }),
        String(key.export({ format: "pem", type: "spki" })).trim(),
        key.export({ format: "der", type: "spki" }),
        JSON.stringify(jwk),
        String(jwk.x),
        Buffer.from(String(jwk.x), "base64url"),
        Buffer.concat([
          Buffer.of(4),
          Buffer.from(String(jwk.x), "base64url"),
          Buffer.from(String(jwk.y), "base64url"),
        ]),
        kid,
        "",
      ];
      for (const secret of secrets) {
        for (const header of [
          { alg: "HS256", kid, typ: "at+jwt" },
          { alg: "HS256", typ: "at+jwt" },
          { alg: "HS256", typ: "JWT" },
          { alg: "ES256", kid, typ: "at+jwt" },
        ]) {
          const text = `${encode(header)}.${payload}`;
          const signature = createHmac("sha256", secret).update(text).digest("base64url");
          expect(read(`${text}.${signature}`), JSON.stringify(header)).to.equal(null);
        }
      }
    }
  });

  it("are refused when a key signed them that is none of the ring's", () => {
    const [header, payload] = partsOf(make().issue(user, grant));
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const text = `${header}.${payload}`;
    const foreign = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
    expect(read(`${text}.${foreign.toString("base64url")}`)).to.equal(null);
  });

  it("are accepted by those that have the key only as standby, or as one that is retired and not over", () => {
    const token = make().issue(user, grant);
    for (const values of [
      { signingSince: null },
      { retiredAt: NOW, expiresAt: addSeconds(NOW, 1) },
    ] satisfies Partial<StoredKey>[]) {
      ring.update([
        { ...signing, ...values },
        { ...standby, signingSince: NOW },
      ]);
      expect(isAccepted(token)).to.equal(true);
      expect(ring.published().map(({ kid }) => kid)).to.have.members([signing.kid, standby.kid]);
    }
  });

  it("count as expired once their key is revoked, is over or is gone, remembered or not", () => {
    const tokens = make();
    const token = tokens.issue(user, grant);
    for (const [index, values] of [
      { revokedAt: NOW },
      { retiredAt: addSeconds(NOW, -1000), expiresAt: NOW },
    ].entries()) {
      ring.update([signing, standby]);
      expect(tokens.read(token), String(index)).to.have.property("userId", 7);
      const next = { ...standby, signingSince: NOW };
      ring.update([{ ...signing, ...values }, next]);
      expect(tokens.read(token)).to.equal("expired");
      expect(read(token)).to.equal("expired");
      expect(ring.published().map(({ kid }) => kid)).to.deep.equal([standby.kid]);
      const newToken = make().issue(user, grant);
      expect(decode(partsOf(newToken)[0]).kid).to.equal(standby.kid);
      expect(isAccepted(newToken)).to.equal(true);
    }
    ring.update([{ ...standby, signingSince: NOW }]);
    expect(tokens.read(token)).to.equal("expired");
    expect(read(token)).to.equal(null);
  });

  it("are neither signed nor verified by a row that was put in by hand, which is not published", async () => {
    const foreignCipher = createKeyCipher(["another secret"], systemRandom);
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
    const byHand: Partial<StoredKey>[] = [
      { sealedKey: pkcs8 },
      { sealedKey: publicKey.export({ format: "der", type: "spki" }) },
      { sealedKey: Buffer.alloc(0) },
      { sealedKey: Buffer.alloc(200, 1) },
      await newSealedKey(foreignCipher, "ES256"),
      // The sealed key of one row in another.
      { kid: "x".repeat(43), sealedKey: signing.sealedKey },
      { kid: standby.kid.toUpperCase(), sealedKey: standby.sealedKey },
      { kid: signing.kid.slice(1), algorithm: "RS256", sealedKey: signing.sealedKey },
      // Sealed by us for an id that is not its thumbprint, or an algorithm that is not its own.
      { kid: "y".repeat(43), sealedKey: testCipher.seal({ kid: "y".repeat(43), algorithm: "ES256" }, pkcs8) },
      await storedKey({}, "RS256").then(({ kid, sealedKey }) => ({ kid, sealedKey, algorithm: "PS256" })),
    ];
    for (const [index, values] of byHand.entries()) {
      const row = await storedKey();
      const bad = { ...row, kid: `${index}`.padEnd(43, "z"), signingSince: addSeconds(NOW, 1), ...values };
      log = [];
      for (let times = 0; times < 2; times += 1) {
        expect(ring.update([signing, standby, bad])).to.have.length(2);
        expect(ring.published().map(({ kid }) => kid)).to.deep.equal([signing.kid, standby.kid]);
        expect(decode(partsOf(make().issue(user, grant))[0]).kid).to.equal(signing.kid);
        const header = encode({ alg: bad.algorithm, kid: bad.kid, typ: "at+jwt" });
        expect(ring.find(header), String(index)).to.equal(undefined);
      }
      expect(log, String(index)).to.have.length(1);
      expect(log[0]).to.include(bad.kid);
    }
  });

  it("under the secret are accepted for an hour after the first key began to sign, and no longer than they live", () => {
    const before = make("HS256", { type: "JWT" }).issue(user, grant);
    const issuedAt = (seconds: number, claims: object = {}) => {
      const iat = epochSeconds(addSeconds(NOW, seconds));
      const [, payload] = partsOf(before);
      const text = `${encode({ alg: "HS256", typ: "at+jwt" })}.${encode({ ...decode(payload), iat, exp: iat + 900, ...claims })}`;
      return `${text}.${createHmac("sha256", tokenSecrets[0] ?? "")
        .update(text)
        .digest("base64url")}`;
    };
    expect(read(before)).to.equal("expired");
    const first = { ...signing, signingSince: NOW };
    ring.update([first, standby]);
    expect(isAccepted(before)).to.equal(true);
    expect(isAccepted(issuedAt(-10))).to.equal(true);
    expect(isAccepted(issuedAt(3600))).to.equal(true);
    expect(isAccepted(issuedAt(0, { iss: "https://before.example" }))).to.equal(true);
    expect(read(issuedAt(0, { iss: "https://elsewhere.example" }))).to.equal(null);
    expect(read(issuedAt(3601))).to.equal("expired");
    expect(read(issuedAt(0, { exp: epochSeconds(NOW) + 901 }))).to.equal("expired");
    // The first key's time counts, also when it has been revoked.
    ring.update([
      { ...first, signingSince: addSeconds(NOW, -3601), revokedAt: NOW },
      { ...standby, signingSince: NOW },
    ]);
    expect(read(issuedAt(0))).to.equal("expired");
  });

  it("under the keys are accepted by a server that signs with the secret", () => {
    const token = make().issue(user, grant);
    expect(make("HS256").read(token)).to.have.property("userId", 7);
    expect(decode(partsOf(make("HS256").issue(user, grant))[0])).to.deep.equal({
      alg: "HS256",
      typ: "at+jwt",
    });
  });
});
