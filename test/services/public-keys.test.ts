import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { PublicKeysError, readPublicKeys } from "../../src/services/public-keys.js";
import { thrown } from "../support/rejection.js";
import { newClientKeys } from "./new-service.js";

describe("the public keys of a service", () => {
  const [ec, ed, rsa] = [newClientKeys("ES256"), newClientKeys("EdDSA"), newClientKeys("RS256")];
  const read = (content: unknown) => readPublicKeys(JSON.stringify(content));

  /** The message of the refusal. */
  function refusal(text: string): string {
    const error = thrown(() => readPublicKeys(text));
    expect(error).to.be.instanceOf(PublicKeysError);
    return (error as Error).message;
  }
  const refusalOf = (content: unknown) => refusal(JSON.stringify(content));
  const pairOf = (type: "ec" | "rsa" | "ed448" | "x25519", options: object = {}) =>
    generateKeyPairSync(type as "ec", options as { namedCurve: string }).publicKey.export({ format: "jwk" });

  it("are one key, or several with names of their own", () => {
    for (const { jwk } of [ec, ed, rsa]) {
      expect(read(jwk)).to.deep.equal([jwk]);
      expect(read({ keys: [jwk] })).to.deep.equal([jwk]);
      expect(read({ ...jwk, kid: "one" })).to.deep.equal([{ ...jwk, kid: "one" }]);
    }
    const named = [
      { ...ec.jwk, kid: "1" },
      { ...ed.jwk, kid: "2" },
    ];
    expect(read({ keys: named })).to.deep.equal(named);
    const message = 'Each of several keys needs a "kid" of its own.';
    const [first, second] = named;
    for (const keys of [
      [ec.jwk, ed.jwk],
      [first, ed.jwk],
      [first, { ...second, kid: "1" }],
    ]) {
      expect(refusalOf({ keys })).to.equal(message);
    }
  });

  it("are 1 to 10", () => {
    const keys = (count: number) => Array.from({ length: count }, (_, kid) => ({ ...ec.jwk, kid: `${kid}` }));
    expect(read({ keys: keys(10) })).to.have.length(10);
    for (const count of [0, 11]) {
      expect(refusalOf({ keys: keys(count) })).to.equal("There must be 1 to 10 keys.");
    }
  });

  it("are what the algorithms need, and nothing else of a JWK", () => {
    const others = {
      ...{ use: "sig", key_ops: ["verify"], ext: true, x5c: ["AAAA"], x5t: "t", iat: 1 },
      ...{ "odd\0member": "\0\ud800", nested: { deep: [{}] } },
    };
    for (const [{ jwk }, alg] of [
      [ec, "ES256"],
      [ed, "EdDSA"],
      [ed, "Ed25519"],
      [rsa, "RS256"],
    ] as const) {
      expect(read({ ...others, ...jwk, alg })).to.deep.equal([jwk]);
    }
  });

  it("are no private or secret keys", () => {
    const { privateKey } = newClientKeys("ES256");
    const message =
      "Key 1 is a private or secret one: give only the public half, and make a new pair if this file was shared.";
    for (const key of [
      privateKey.export({ format: "jwk" }),
      ed.privateKey.export({ format: "jwk" }),
      rsa.privateKey.export({ format: "jwk" }),
      { kty: "oct", k: "AAAA" },
      { ...ec.jwk, d: null },
    ]) {
      expect(refusalOf(key)).to.equal(message);
    }
    expect(refusalOf({ keys: [ec.jwk, { ...ed.jwk, d: "AA" }] })).to.match(/^Key 2 is a private/);
  });

  it("are of a type and size that the algorithms use", () => {
    const message =
      "Key 1 is not supported: use EC with P-256, OKP with Ed25519, or RSA with 2048 bits or more.";
    for (const key of [
      pairOf("ec", { namedCurve: "P-384" }),
      pairOf("ec", { namedCurve: "secp256k1" }),
      pairOf("rsa", { modulusLength: 1024 }),
      pairOf("ed448"),
      pairOf("x25519"),
      { kty: "oct" },
      { ...ec.jwk, x: ec.jwk.y },
      { ...ec.jwk, x: 7 },
      { ...ed.jwk, x: "AA" },
      { ...ec.jwk, kty: "ec" },
      {},
    ]) {
      expect(refusalOf(key), JSON.stringify(key)).to.equal(message);
    }
  });

  it("are not declared to be for anything else", () => {
    for (const member of [
      { use: "enc" },
      { use: null },
      { key_ops: ["sign"] },
      { key_ops: "verify" },
      { alg: "ES384" },
      { alg: "RS256" },
      { alg: 7 },
    ]) {
      expect(refusalOf({ ...ec.jwk, ...member }), JSON.stringify(member)).to.equal(
        'Key 1 is not for ES256 signatures, as its "use", "key_ops" or "alg" says.',
      );
    }
    expect(refusalOf({ ...rsa.jwk, alg: "PS256" })).to.include("not for RS256 signatures");
  });

  it("have names that can be printed", () => {
    for (const kid of ["a b/c#+=", "~", "k".repeat(255)])
      expect(read({ ...ec.jwk, kid })[0]).to.include({ kid });
    for (const kid of ["", "a\tb", "a\nb", "\0", "é", "k".repeat(256), 7, null, ["a"]]) {
      expect(refusalOf({ ...ec.jwk, kid }), JSON.stringify(kid)).to.equal(
        'The "kid" of key 1 must be 1 to 255 printable ASCII characters.',
      );
    }
  });

  it("are in JSON", () => {
    const pem = String(ec.publicKey.export({ format: "pem", type: "spki" }));
    for (const text of [
      "",
      "garbage",
      pem,
      "null",
      "7",
      "[]",
      '"{}"',
      '{"keys":{}}',
      '{"keys":[null]}',
      "{",
    ]) {
      expect(refusal(text), text).to.equal("The file is neither a JWK Set nor a JWK.");
    }
  });
});
