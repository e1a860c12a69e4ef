import { expect } from "chai";
import { createSecretDigests, newClientSecret } from "../../src/services/client-secret.js";
import { systemRandom } from "../../src/system/random.js";
import { thrown } from "../support/rejection.js";

const key = "k".repeat(43);
const otherKey = "o".repeat(43);

describe("a service's secret", () => {
  const secret = newClientSecret(systemRandom);
  const digests = createSecretDigests([key]);
  const stored = [{ digest: digests.digest("billing", secret) }];

  it("has 256 random bits after a prefix that scanners find", () => {
    expect(secret).to.match(/^wbs_[\w-]{43}$/);
    expect(newClientSecret(systemRandom)).not.to.equal(secret);
  });

  it("is stored as a digest that has nothing of it", () => {
    const [{ digest }] = stored as [{ digest: Buffer }];
    expect(digest).to.have.length(32);
    for (const encoding of ["utf8", "hex", "base64url"] as const) {
      expect(digest.toString(encoding)).not.to.include(secret.slice("wbs_".length));
    }
  });

  it("is found by itself, of its service, under the same key", () => {
    expect(digests.find(stored, "billing", secret)).to.equal(stored[0]);
    expect(digests.find(stored, "billing", newClientSecret(systemRandom))).to.equal(undefined);
    expect(digests.find(stored, "billing", "")).to.equal(undefined);
    expect(digests.find(stored, "billing2", secret)).to.equal(undefined);
    expect(digests.find([], "billing", secret)).to.equal(undefined);
    expect(createSecretDigests([otherKey]).find(stored, "billing", secret)).to.equal(undefined);
  });

  it("can't be moved between the name and the secret", () => {
    const joined = [{ digest: digests.digest('a","b', "c") }, { digest: digests.digest("a", "bc") }];
    expect(digests.find(joined, "a", 'b","c')).to.equal(undefined);
    expect(digests.find(joined, "ab", "c")).to.equal(undefined);
  });

  it("is found under a former key, and digested under the first one", () => {
    const renewed = createSecretDigests([otherKey, key]);
    expect(renewed.find(stored, "billing", secret)).to.equal(stored[0]);
    const digest = renewed.digest("billing", secret);
    expect(digest).to.deep.equal(createSecretDigests([otherKey]).digest("billing", secret));
    expect(digest).not.to.deep.equal(stored[0]!.digest);
  });

  it("is the one of two that matches", () => {
    const second = newClientSecret(systemRandom);
    const both = [...stored, { digest: digests.digest("billing", second) }];
    expect(digests.find(both, "billing", second)).to.equal(both[1]);
    expect(digests.find(both, "billing", secret)).to.equal(both[0]);
  });

  it("is found beside digests of any length that were put in by hand", () => {
    const byHand = [0, 31, 33, 64].map((length) => ({ digest: Buffer.alloc(length) }));
    expect(digests.find(byHand, "billing", secret)).to.equal(undefined);
    expect(digests.find([...byHand, ...stored], "billing", secret)).to.equal(stored[0]);
  });

  it("may be any text", () => {
    for (const text of ["", "\0", "\ud800", "é".repeat(1000), '"]', "__proto__"]) {
      expect(digests.find(stored, text, text)).to.equal(undefined);
      const own = [{ digest: digests.digest(text, text) }];
      expect(digests.find(own, text, text)).to.equal(own[0]);
    }
  });

  it("has no digest without a key", () => {
    const without = createSecretDigests([]);
    expect(without.find(stored, "billing", secret)).to.equal(undefined);
    expect(thrown(() => without.digest("billing", secret))).to.be.instanceOf(TypeError);
  });
});
