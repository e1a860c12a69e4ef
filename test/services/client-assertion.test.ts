import { createPrivateKey, type KeyObject } from "node:crypto";
import { expect } from "chai";
import type { JWTPayload } from "jose";
import { authenticateClient } from "../../src/services/authenticate-client.js";
import { newService } from "../support/services.js";
import { atOnce, useTestContext } from "../support/test-context.js";
import { assertionClaims, signAssertion } from "./assertions.js";
import { newClientKeys, newServiceWithKeys } from "./new-service.js";

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a service that authenticates with an assertion", () => {
  const context = useTestContext();
  const keys = newClientKeys();
  let name: string;
  before(async () => {
    name = await newServiceWithKeys(context.app, keys.jwk);
  });

  const authenticate = async (assertion: string, proved: string | null = null, app = context.app) =>
    (await authenticateClient(app, { name: proved, assertion })).client?.name ?? null;
  const claimsOf = (changes: object = {}): JWTPayload => ({
    ...assertionClaims(context.app, name),
    ...changes,
  });
  const sign = (changes: object = {}, key: KeyObject | Uint8Array = keys.privateKey, header: object = {}) =>
    signAssertion(claimsOf(changes), key, header);
  const seconds = (from: number) => Math.floor(context.clock.now().getTime() / 1000) + from;

  it("is the service whose key signed it, with each algorithm", async () => {
    for (const [type, algorithms] of [
      ["ES256", ["ES256"]],
      ["EdDSA", ["EdDSA", "Ed25519"]],
      ["RS256", ["RS256"]],
    ] as const) {
      const { privateKey, jwk } = newClientKeys(type);
      const own = await newServiceWithKeys(context.app, jwk);
      for (const alg of algorithms) {
        const assertion = await signAssertion(assertionClaims(context.app, own), privateKey, { alg });
        expect(await authenticate(assertion), alg).to.equal(own);
      }
    }
  });

  it("names the issuer, or the endpoint that it is sent to, as its audience", async () => {
    const { assertionAudiences } = context.app;
    expect(assertionAudiences).to.have.length(3);
    for (const aud of [...assertionAudiences, assertionAudiences]) {
      expect(await authenticate(await sign({ aud })), String(aud)).to.equal(name);
    }
  });

  it("may be named by its client id beside the assertion, and by no other", async () => {
    expect(await authenticate(await sign(), name)).to.equal(name);
    for (const other of ["", "billing", `${name} `, "\0"]) {
      expect(await authenticate(await sign(), other)).to.equal(null);
    }
  });

  it("is refused for any claim that is missing or wrong", async () => {
    const other = await newServiceWithKeys(context.app, newClientKeys().jwk);
    const bad: Record<string, object> = {
      "no audience": { aud: undefined },
      "another audience": { aud: "https://elsewhere.example" },
      "an audience that begins like ours": { aud: `${context.app.assertionAudiences[0]}/` },
      "no audiences": { aud: [] },
      "another audience beside ours": {
        aud: [context.app.assertionAudiences[0], "https://elsewhere.example"],
      },
      "a number beside our audience": { aud: [context.app.assertionAudiences[0], 7] },
      "no issuer": { iss: undefined },
      "another issuer": { iss: other },
      "no subject": { sub: undefined },
      "another subject": { sub: other },
      "a list as subject": { sub: [name] },
      "the name in capitals": { sub: name.toUpperCase(), iss: name.toUpperCase() },
      "a name with NUL": { sub: `${name}\0`, iss: `${name}\0` },
      "an unknown service": { sub: "unknown", iss: "unknown" },
      "no expiry": { exp: undefined },
      "an expiry that is no number": { exp: String(seconds(60)) },
      "an expiry without end": { exp: 1e300 },
      "no id": { jti: undefined },
      "an empty id": { jti: "" },
      "an id that is no text": { jti: 7 },
      "an id that is too long": { jti: "j".repeat(256) },
      "a later start": { nbf: seconds(31) },
    };
    for (const [what, changes] of Object.entries(bad)) {
      expect(await authenticate(await sign(changes)), what).to.equal(null);
    }
    for (const jti of ["j".repeat(255), "\0", "é\ud800", "'"]) {
      expect(await authenticate(await sign({ jti })), JSON.stringify(jti)).to.equal(name);
    }
  });

  it("lives an hour at most, on clocks that are half a minute off", async () => {
    for (const [exp, expected] of [
      [3630, name],
      [3631, null],
      [-29, name],
      [-30, null],
    ] as const) {
      expect(await authenticate(await sign({ exp: seconds(exp) })), String(exp)).to.equal(expected);
    }
    expect(await authenticate(await sign({ nbf: seconds(30), iat: seconds(30) }))).to.equal(name);
    const assertion = await sign({ exp: seconds(300) });
    context.clock.advance(330);
    expect(await authenticate(assertion)).to.equal(null);
  });

  it("is refused with another signature", async () => {
    const claims = claimsOf();
    const pem = String(keys.publicKey.export({ format: "pem", type: "spki" }));
    const [header, payload, signature] = (await sign()).split(".");
    const forged: Record<string, string> = {
      "another key": await sign({}, newClientKeys().privateKey),
      "the public key as a secret": await sign({}, Buffer.from(pem), { alg: "HS256" }),
      "the JWK as a secret": await sign({}, Buffer.from(JSON.stringify(keys.jwk)), { alg: "HS256" }),
      "another algorithm": await sign({}, newClientKeys("EdDSA").privateKey, { alg: "EdDSA" }),
      "the name of a key that it doesn't have": await sign({}, keys.privateKey, { kid: "1" }),
      "no signature": `${encode({ alg: "none" })}.${encode(claims)}.`,
      "no signature under ES256": `${encode({ alg: "ES256" })}.${encode(claims)}.`,
      "the signature of other claims": `${header}.${encode(claims)}.${signature}`,
      "the signature of another header": `${encode({ alg: "ES256", typ: "JWT" })}.${payload}.${signature}`,
      "a key that it brings": await signAssertion(claims, newClientKeys().privateKey, {
        jwk: keys.jwk,
      } as object),
      "a part that is left out": `${header}.${payload}`,
      "no token": "eyJ",
      "an empty text": "",
      "a NUL": "\0.\0.\0",
    };
    for (const [what, assertion] of Object.entries(forged)) {
      expect(await authenticate(assertion), what).to.equal(null);
      expect(await authenticate(assertion, name), what).to.equal(null);
    }
  });

  it("is signed with the key that it names, if there are several", async () => {
    const [first, second] = [newClientKeys("ES256", { kid: "1" }), newClientKeys("ES256", { kid: "2" })];
    const own = await newServiceWithKeys(context.app, first.jwk, second.jwk);
    const signed = (key: KeyObject, header: object) =>
      signAssertion(assertionClaims(context.app, own), key, header);
    expect(await authenticate(await signed(first.privateKey, { kid: "1" }))).to.equal(own);
    expect(await authenticate(await signed(second.privateKey, { kid: "2" }))).to.equal(own);
    expect(await authenticate(await signed(second.privateKey, { kid: "1" }))).to.equal(null);
    expect(await authenticate(await signed(first.privateKey, {}))).to.equal(null);
  });

  it("proves nothing with a decoy key, whose private key everybody can find", async () => {
    // The base point of P-256, whose private key is 1.
    const decoy = createPrivateKey({
      format: "jwk",
      key: {
        ...{ kty: "EC", crv: "P-256" },
        d: Buffer.from("1".padStart(64, "0"), "hex").toString("base64url"),
        x: "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        y: "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
      },
    });
    for (const header of [{}, { kid: "1" }]) {
      expect(await authenticate(await sign({}, decoy, header))).to.equal(null);
      expect(await authenticate(await sign({ sub: "unknown", iss: "unknown" }, decoy, header))).to.equal(
        null,
      );
    }
    const withOtherKey = await newServiceWithKeys(context.app, newClientKeys("EdDSA", { kid: "1" }).jwk);
    const { name: withSecret } = await newService(context, ["users.read"]);
    for (const other of [withOtherKey, withSecret]) {
      const claims = assertionClaims(context.app, other);
      expect(await authenticate(await signAssertion(claims, decoy)), other).to.equal(null);
      expect(await authenticate(await signAssertion(claims, decoy, { kid: "2" })), other).to.equal(null);
    }
  });

  it("is refused while it is disabled, and has used its assertion", async () => {
    const assertion = await sign();
    await context.app.services.change(null, name, { isDisabled: true });
    expect(await authenticate(assertion)).to.equal(null);
    await context.app.services.change(null, name, { isDisabled: false });
    expect(await authenticate(assertion)).to.equal(null);
    expect(await authenticate(await sign())).to.equal(name);
  });

  it("authenticates once with each assertion, of however many callers", async () => {
    const processes = [context.app, context.anotherProcess()];
    const claims = claimsOf();
    // Signed anew: the bytes differ, the id is the same.
    const assertions = [await sign(claims), await sign(claims)];
    expect(assertions[0]).not.to.equal(assertions[1]);
    const results = await atOnce(100, (index) =>
      authenticate(assertions[index % 2]!, null, processes[(index >> 1) % 2]),
    );
    expect(results.filter((result) => result !== null)).to.deep.equal([name]);
    expect(await authenticate(assertions[0]!)).to.equal(null);
    context.clock.advance(329);
    expect(await authenticate(assertions[0]!)).to.equal(null);
  });

  it("is remembered until no clock takes its assertion for valid", async () => {
    const { serviceAssertions } = context.testDatabase.database.models;
    await serviceAssertions.destroy({ where: {}, transaction: null });
    const exp = seconds(3600);
    expect(await authenticate(await sign({ exp }))).to.equal(name);
    const [row] = await serviceAssertions.findAll({ transaction: null, raw: true });
    expect(row?.expires_at).to.deep.equal(new Date((exp + 30) * 1000));
  });

  it("may use the id of another service's assertion", async () => {
    const other = await newServiceWithKeys(context.app, keys.jwk);
    const jti = "the same";
    const theirs = { ...assertionClaims(context.app, other), jti };
    expect(await authenticate(await sign({ jti }))).to.equal(name);
    expect(await authenticate(await signAssertion(theirs, keys.privateKey))).to.equal(other);
  });

  it("takes two statements, and a refused one has no second", async () => {
    const count = async (assertion: string) => {
      context.statements.length = 0;
      await authenticate(assertion);
      return context.statements.length;
    };
    expect(await count(await sign())).to.equal(2);
    expect(await count(await sign({}, newClientKeys().privateKey))).to.equal(1);
    expect(await count(await sign({ sub: "\0", iss: "\0" }))).to.equal(0);
  });
});
