import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { expect } from "chai";
import { calculateJwkThumbprint, type JWK } from "jose";
import { generateKey, type KeyAlgorithm, signText, verifyText } from "../../src/signing-keys/algorithms.js";
import { createKeyCipher } from "../../src/signing-keys/key-cipher.js";
import { toLowS } from "../../src/signing-keys/low-s.js";
import { newSealedKey, openSealedKey } from "../../src/signing-keys/signing-key.js";
import { systemRandom } from "../../src/system/random.js";
import { P256_ORDER, twinOf } from "../support/signatures.js";

const ALGORITHMS: readonly KeyAlgorithm[] = ["ES256", "EdDSA", "RS256"];
const TEXT = "a text that is signed";

const scalar = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex");

describe("the algorithms of signing keys", () => {
  for (const algorithm of ALGORITHMS) {
    it(`${algorithm} verifies what it signed, and nothing else`, async () => {
      const [privateKey, other] = await Promise.all([generateKey(algorithm), generateKey(algorithm)]);
      const [publicKey, otherPublic] = [createPublicKey(privateKey), createPublicKey(other)];
      const signature = signText(algorithm, privateKey, TEXT);
      expect(verifyText(algorithm, publicKey, TEXT, signature)).to.equal(true);
      expect(verifyText(algorithm, publicKey, `${TEXT}.`, signature)).to.equal(false);
      expect(verifyText(algorithm, otherPublic, TEXT, signature)).to.equal(false);
      const wrong = [
        Buffer.alloc(0),
        Buffer.alloc(signature.length),
        Buffer.alloc(signature.length, 0xff),
        signature.subarray(1),
        signature.subarray(0, -1),
        Buffer.concat([signature, Buffer.of(0)]),
        Buffer.concat([Buffer.of(0), signature]),
        ...Array.from({ length: signature.length }, (_, index) => {
          const changed = Buffer.from(signature);
          changed[index] = (changed[index] ?? 0) ^ 1;
          return changed;
        }),
      ];
      for (const [index, bytes] of wrong.entries()) {
        expect(verifyText(algorithm, publicKey, TEXT, bytes), String(index)).to.equal(false);
      }
    });

    it(`${algorithm} has keys whose id is the thumbprint that jose computes`, async () => {
      const cipher = createKeyCipher(["a secret"], systemRandom);
      const opened = openSealedKey(cipher, await newSealedKey(cipher, algorithm));
      const { kid, published } = opened!.key;
      expect(kid).to.equal(await calculateJwkThumbprint(published as JWK));
      expect(published).to.include({ kid, alg: algorithm, use: "sig" });
      expect(published).not.to.have.any.keys("d", "p", "q", "dp", "dq", "qi", "k");
    });
  }

  describe("ES256", () => {
    let privateKey: KeyObject;
    let publicKey: KeyObject;
    before(async () => {
      privateKey = await generateKey("ES256");
      publicKey = createPublicKey(privateKey);
    });

    it("signs in the lower half only, and refuses the twin of a signature, which any other verifier accepts", () => {
      for (let count = 0; count < 200; count += 1) {
        const signature = signText("ES256", privateKey, `${TEXT} ${count}`);
        expect(signature.compare(scalar(P256_ORDER >> 1n), 0, 32, 32)).to.be.at.most(0);
        const twin = twinOf(signature);
        const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
        expect(verify("sha256", Buffer.from(`${TEXT} ${count}`), key, twin)).to.equal(true);
        expect(verifyText("ES256", publicKey, `${TEXT} ${count}`, twin)).to.equal(false);
        expect(toLowS(twin)).to.deep.equal(signature);
      }
    });

    it("refuses numbers that no signature has", () => {
      const signature = signText("ES256", privateKey, TEXT);
      const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
      const numbers = [0n, 1n, P256_ORDER >> 1n, (P256_ORDER >> 1n) + 1n, P256_ORDER - 1n, P256_ORDER].map(
        scalar,
      );
      for (const number of [...numbers, Buffer.alloc(32, 0xff)]) {
        for (const bytes of [
          Buffer.concat([number, s]),
          Buffer.concat([r, number]),
          Buffer.concat([number, number]),
        ]) {
          expect(verifyText("ES256", publicKey, TEXT, bytes), bytes.toString("hex")).to.equal(false);
        }
      }
    });

    it("keeps the one number in the middle", () => {
      const half = P256_ORDER >> 1n;
      const middle = Buffer.concat([Buffer.alloc(32, 1), scalar(half)]);
      expect(toLowS(middle)).to.equal(middle);
      const above = Buffer.concat([Buffer.alloc(32, 1), scalar(half + 1n)]);
      expect(toLowS(above)).to.deep.equal(middle);
      const highest = Buffer.concat([Buffer.alloc(32, 1), scalar(P256_ORDER - 1n)]);
      expect(toLowS(highest)).to.deep.equal(Buffer.concat([Buffer.alloc(32, 1), scalar(1n)]));
    });
  });
});
