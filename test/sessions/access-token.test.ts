import { createHmac } from "node:crypto";
import { expect } from "chai";
import { jwtVerify, SignJWT } from "jose";
import { type AccessTokenDeps, createAccessTokens } from "../../src/sessions/access-token.js";
import { signJwt } from "../../src/sessions/jwt.js";
import { createRefreshTokens } from "../../src/sessions/refresh-token.js";
import { createAccessKeys, type TokenKeys } from "../../src/signing-keys/access-keys.js";
import { createSecretTokenKey } from "../../src/signing-keys/token-key.js";
import { addSeconds } from "../../src/system/clock.js";
import { systemRandom } from "../../src/system/random.js";
import { testClock } from "../support/clock.js";
import { emptyRing } from "../support/key-ring.js";
import { tokenOwner as user } from "./token-owner.js";

const secret = "s".repeat(40);
const issuer = "https://identity.example";
const audience = "billing";
const sessionId = "3f1f6f0a-7d2b-4b2a-9f5e-0a3c1d2e4f50";
const grant = { id: "9d0c6a54-1f3e-4c57-8a10-6f2b7c9e0d11", sessionId };

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

const accessKeys = createAccessKeys({
  keyRing: emptyRing(),
  tokenSecrets: [secret],
  algorithm: "HS256",
  ttlSeconds: 900,
});
const accessTokens = (deps: Pick<AccessTokenDeps, "clock"> & Partial<AccessTokenDeps>) =>
  createAccessTokens({
    accessKeys,
    random: systemRandom,
    type: "at+jwt",
    issuer,
    audience,
    ttlSeconds: 900,
    serviceTtlSeconds: 600,
    ...deps,
  });

describe("access tokens under the secret", () => {
  const clock = testClock();
  const make = (overrides: Partial<AccessTokenDeps> = {}) => accessTokens({ clock, ...overrides });
  const tokens = make();
  const refreshTokens = createRefreshTokens({ tokenSecrets: [secret], clock, issuer, audience });

  /** The claims of a valid token, signed with `header` and `key`. */
  const signed = async (header: object, claims: object, key = secret) => {
    const body = `${base64url(header)}.${base64url(claims)}`;
    return `${body}.${createHmac("sha256", key).update(body).digest("base64url")}`;
  };
  const goodHeader = { alg: "HS256", typ: "at+jwt" };
  const goodClaims = async () => payloadOf(await tokens.issue(user, grant));

  it("carry the contract's claims", async () => {
    const claims = payloadOf(await tokens.issue(user, grant));
    const now = Math.floor(clock.now().getTime() / 1000);
    expect(claims).to.deep.include({
      iss: issuer,
      aud: audience,
      sub: "7",
      sid: sessionId,
      iat: now,
      exp: now + 900,
      token_type: "access",
      user_id: 7,
      phone: user.phone,
      first_name: "John",
      last_name: "Doe",
      full_name: "John Doe",
    });
    expect(claims.jti).to.match(/^[0-9a-f-]{36}$/);
  });

  it("name the refresh token that they come with in the first half of a jti that is unique", async () => {
    const issued = await Promise.all([1, 2, 3].map(() => tokens.issue(user, grant)));
    const ids = issued.map((token) => String(payloadOf(token).jti));
    expect(new Set(ids).size).to.equal(3);
    for (const [index, token] of issued.entries()) {
      expect(await tokens.read(token)).to.deep.include({ refreshIdStart: "9d0c6a54-1f3e-4c57" });
      expect(ids[index]).to.match(/^9d0c6a54-1f3e-4c57-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it("are verified until they expire, cached or not", async () => {
    const token = await tokens.issue(user, grant);
    for (const reader of [tokens, tokens, make()]) {
      expect(await reader.read(token)).to.deep.include({ userId: 7, sessionId });
    }
    clock.advance(900);
    expect(await tokens.read(token)).to.equal("expired");
    expect(await make().read(token)).to.equal("expired");
    const [header, payload] = token.split(".");
    const forged = `${header}.${payload}.${createHmac("sha256", "other").update("x").digest("base64url")}`;
    expect(await tokens.read(forged)).to.equal(null);
  });

  it("are verified once, and by the process that issued them not at all", () => {
    let lookUps = 0;
    const counting: TokenKeys = {
      ...accessKeys,
      find(header) {
        lookUps += 1;
        return accessKeys.find(header);
      },
    };
    const [issuing, other] = [make({ accessKeys: counting }), make({ accessKeys: counting })];
    const token = issuing.issue(user, grant);
    const claims = issuing.read(token);
    expect(lookUps).to.equal(0);
    for (let call = 0; call < 3; call += 1) expect(other.read(token)).to.deep.equal(claims);
    expect(lookUps).to.equal(1);
  });

  it("are refused without signature, with another key, issuer, audience, type or algorithm", async () => {
    const claims = await goodClaims();
    const unsigned = `${base64url({ alg: "none", typ: "at+jwt" })}.${base64url(claims)}.`;
    const hs512 = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS512", typ: "at+jwt" })
      .sign(Buffer.from("x".repeat(64)));
    const bad = {
      "alg none": unsigned,
      "alg none with a signature": `${unsigned}AAAA`,
      "other key": await signed(goodHeader, claims, "o".repeat(40)),
      "other issuer": await signed(goodHeader, { ...claims, iss: "https://elsewhere.example" }),
      "other audience": await signed(goodHeader, { ...claims, aud: "shop" }),
      "other type": await signed({ alg: "HS256", typ: "rt+jwt" }, claims),
      "no type": await signed({ alg: "HS256" }, claims),
      "other algorithm": hs512,
    };
    expect(await tokens.read(await signed(goodHeader, claims))).not.to.equal(null);
    for (const [name, token] of Object.entries(bad)) expect(await tokens.read(token), name).to.equal(null);
  });

  it("are what jose verifies and signs", async () => {
    const key = Buffer.from(secret);
    const token = tokens.issue(user, grant);
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["HS256"],
      typ: "at+jwt",
      issuer,
      audience,
      currentDate: clock.now(),
    });
    expect(payload).to.deep.equal(payloadOf(token));
    const theirs = await new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ: "at+jwt" }).sign(key);
    expect(theirs).to.equal(token);
    expect(make().read(theirs)).to.deep.include({ userId: 7, sessionId });
  });

  it("are refused with any other header, even if it means the same", async () => {
    const claims = await goodClaims();
    const others = [
      { typ: "at+jwt", alg: "HS256" },
      { alg: "HS256", typ: "at+jwt", kid: "1" },
      { alg: "HS256", typ: "at+jwt", crit: ["b64"], b64: false },
      { alg: "HS256", typ: "AT+JWT" },
      { alg: "HS256", typ: "application/at+jwt" },
      { alg: "hs256", typ: "at+jwt" },
    ];
    for (const header of others) {
      expect(tokens.read(await signed(header, claims)), JSON.stringify(header)).to.equal(null);
    }
  });

  it("are refused when what we signed is no set of claims, or one for later", async () => {
    const claims = await goodClaims();
    const bad = [null, 7, "claims", [claims], { ...claims, nbf: 0 }, { ...claims, aud: [audience] }];
    for (const payload of bad) {
      const token = await signed(goodHeader, payload as object);
      expect(tokens.read(token), JSON.stringify(payload)).to.equal(null);
    }
    const body = `${base64url(goodHeader)}.${Buffer.from("{").toString("base64url")}`;
    const broken = `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
    expect(tokens.read(broken)).to.equal(null);
  });

  it("are refused when a time is no number of whole seconds that a timestamp can hold", async () => {
    const claims = await goodClaims();
    const wrong = [String(claims.exp), null, true, [claims.exp], {}];
    for (const time of [...wrong, Number(claims.exp) + 0.5, -1, 253_402_300_800, 1e300]) {
      for (const name of ["exp", "iat"]) {
        const token = await signed(goodHeader, { ...claims, [name]: time });
        expect(tokens.read(token), `${name} ${JSON.stringify(time)}`).to.equal(null);
      }
    }
  });

  it("are refused when a claim is missing, exp above all", async () => {
    const claims = await goodClaims();
    for (const name of ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "token_type"]) {
      const { [name]: _, ...others } = claims;
      expect(await tokens.read(await signed(goodHeader, others)), name).to.equal(null);
    }
  });

  /** Claims of other forms than ours, on a token that is good otherwise. */
  const foreignClaims: readonly object[] = [
    { sub: "seven" },
    { sub: 7 },
    { sub: "0" },
    { sub: "-7" },
    { sub: "7.5" },
    { sub: "07" },
    { sub: "2147483648" },
    { sub: "99999999999999999999" },
    { sub: "service:billing" },
    { sub: null },
    { sid: "7" },
    { sid: sessionId.toUpperCase() },
    { sid: `{${sessionId}}` },
    { sid: [sessionId] },
    { jti: "one" },
    { jti: 1 },
    { jti: `${sessionId}\n` },
  ];

  it("are refused when an id has another form than ours", async () => {
    const claims = await goodClaims();
    expect(await tokens.read(await signed(goodHeader, { ...claims, sub: "2147483647" }))).not.to.equal(null);
    for (const foreign of foreignClaims) {
      const token = await signed(goodHeader, { ...claims, ...foreign });
      expect(await tokens.read(token), JSON.stringify(foreign)).to.equal(null);
      const refresh = { ...claims, token_type: "refresh", ...foreign };
      const refreshToken = await signed({ alg: "HS256", typ: "rt+jwt" }, refresh);
      expect(await refreshTokens.read(refreshToken), JSON.stringify(foreign)).to.equal(null);
    }
  });

  it("are refused when they are tampered with or spelled differently", async () => {
    const token = await tokens.issue(user, grant);
    const [header, payload, signature = ""] = token.split(".");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(signature.at(-1) ?? "");
    const sameBytes = `${signature.slice(0, -1)}${alphabet[last ^ 1]}`;
    expect(Buffer.from(sameBytes, "base64url").equals(Buffer.from(signature, "base64url"))).to.equal(true);
    const spellings = [
      `${token}=`,
      `${token} `,
      ` ${token}`,
      `${token}\n`,
      `${header}.${payload}.${sameBytes}`,
      `${header}.${payload}=.${signature}`,
      `${header}.${base64url({ ...payloadOf(token), sub: "8" })}.${signature}`,
      `${header}.${payload}`,
      "",
      "..",
    ];
    for (const spelling of spellings) expect(await tokens.read(spelling), spelling.slice(-8)).to.equal(null);
  });

  it("are not accepted as refresh tokens, nor refresh tokens as access tokens", async () => {
    const now = clock.now();
    const refresh = await refreshTokens.write({
      id: sessionId,
      sessionId,
      userId: 7,
      issuedAt: now,
      expiresAt: new Date(now.getTime() + 1000),
    });
    const expiresAt = new Date(Math.floor(now.getTime() / 1000 + 1) * 1000);
    const claims = { id: sessionId, sessionId, userId: 7, expiresAt };
    expect(await refreshTokens.read(refresh)).to.deep.equal(claims);
    expect(await tokens.read(refresh)).to.equal(null);
    expect(await refreshTokens.read(await tokens.issue(user, grant))).to.equal(null);
  });

  it("with the right type and another token_type are refused", async () => {
    const claims = await goodClaims();
    expect(await tokens.read(await signed(goodHeader, { ...claims, token_type: "refresh" }))).to.equal(null);
    const asRefresh = await signed({ alg: "HS256", typ: "rt+jwt" }, claims);
    expect(await refreshTokens.read(asRefresh)).to.equal(null);
  });
});

describe("access tokens of services", () => {
  const clock = testClock();
  const tokens = accessTokens({ clock });
  const claims = { service: "billing", scopes: ["users.read", "tokens.introspect"], grantId: grant.id };
  const key = createSecretTokenKey([secret]);
  const resign = (payload: object) => signJwt(key, { type: "at+jwt", issuer, audience }, { ...payload });

  it("carry the contract's claims, and none that only users' tokens have", () => {
    const payload = payloadOf(tokens.issueForService(claims));
    const now = Math.floor(clock.now().getTime() / 1000);
    expect(payload).to.deep.include({
      iss: issuer,
      aud: audience,
      sub: "service:billing",
      client_id: "billing",
      scope: "users.read tokens.introspect",
      iat: now,
      exp: now + 600,
      token_type: "service",
    });
    expect(payload).not.to.have.any.keys("user_id", "sid", "phone", "roles");
  });

  it("are read as the service's, remembered or not, until they expire", () => {
    const token = tokens.issueForService(claims);
    expect(tokens.read(token)).to.deep.equal({ kind: "service", ...claims });
    const resigned = resign(payloadOf(token));
    expect(tokens.read(resigned)).to.deep.equal({ kind: "service", ...claims });
    clock.advance(600);
    expect(tokens.read(token)).to.equal("expired");
    expect(tokens.read(resigned)).to.equal("expired");
  });

  it("are refused when a claim is missing or has another form than ours", () => {
    const good = payloadOf(tokens.issueForService(claims));
    expect(tokens.read(resign(good))).not.to.equal(null);
    const foreign: object[] = [
      { sub: "billing" },
      { sub: "service:" },
      { sub: "service:Billing" },
      { sub: "service:billing\n" },
      { sub: 7 },
      { sub: "7" },
      { sub: undefined },
      { scope: undefined },
      { scope: ["users.read"] },
      { grant_id: "3" },
      { grant_id: 3 },
      { grant_id: undefined },
      { jti: "one" },
      { token_type: "access" },
      { token_type: "refresh" },
      { token_type: undefined },
    ];
    for (const other of foreign) {
      expect(tokens.read(resign({ ...good, ...other })), JSON.stringify(other)).to.equal(null);
    }
  });

  it("are no users' tokens if they name one, and users' tokens no services'", () => {
    const service = payloadOf(tokens.issueForService(claims));
    const ofUser = payloadOf(tokens.issue(user, grant));
    expect(tokens.read(resign({ ...ofUser, token_type: "service" }))).to.equal(null);
    expect(tokens.read(resign({ ...service, token_type: "access", sid: sessionId }))).to.equal(null);
  });
});

describe("refresh tokens", () => {
  it("are read after they expired too, but not without exp", async () => {
    const clock = testClock();
    const refreshTokens = createRefreshTokens({ tokenSecrets: [secret], clock, issuer, audience });
    const issuedAt = clock.now();
    const expiresAt = addSeconds(issuedAt, 60);
    const token = await refreshTokens.write({ id: sessionId, sessionId, userId: 7, issuedAt, expiresAt });
    clock.advance(86_400);
    expect(await refreshTokens.read(token)).to.deep.equal({ id: sessionId, sessionId, userId: 7, expiresAt });
    const { exp: _, ...claims } = payloadOf(token);
    const key = createSecretTokenKey([secret]);
    const endless = signJwt(key, { type: "rt+jwt", issuer, audience }, claims);
    expect(await refreshTokens.read(endless)).to.equal(null);
  });

  it("are identical for the same grant", async () => {
    const clock = testClock();
    const refreshTokens = createRefreshTokens({ tokenSecrets: [secret], clock, issuer, audience });
    const issuedAt = clock.now();
    const grant = {
      id: sessionId,
      sessionId,
      userId: 7,
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + 1),
    };
    expect(await refreshTokens.write(grant)).to.equal(await refreshTokens.write(grant));
  });
});
