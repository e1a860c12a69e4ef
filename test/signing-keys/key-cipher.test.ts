import { expect } from "chai";
import { createKeyCipher } from "../../src/signing-keys/key-cipher.js";
import { systemRandom } from "../../src/system/random.js";

const content = Buffer.from("a private key");
const name = { kid: "kid", algorithm: "ES256" };

describe("the cipher of signing keys", () => {
  const make = (...secrets: string[]) => createKeyCipher(secrets, systemRandom);
  const cipher = make("new", "old");

  it("opens what any of its secrets sealed, and seals with the first", () => {
    const sealed = cipher.seal(name, content);
    expect(sealed.includes(content)).to.equal(false);
    expect(cipher.open(name, sealed)).to.deep.equal({ content, isFormerSecret: false });
    expect(make("new").open(name, sealed)?.content).to.deep.equal(content);
    expect(make("old").open(name, sealed)).to.equal(null);
    expect(cipher.open(name, make("old").seal(name, content))).to.deep.equal({
      content,
      isFormerSecret: true,
    });
    expect(cipher.open(name, make("other").seal(name, content))).to.equal(null);
  });

  it("seals the same content differently each time", () => {
    expect(cipher.seal(name, content)).not.to.deep.equal(cipher.seal(name, content));
  });

  it("opens nothing for another id or algorithm", () => {
    const sealed = cipher.seal(name, content);
    for (const other of [
      { ...name, kid: "other" },
      { ...name, algorithm: "EdDSA" },
      { kid: "kid,ES256", algorithm: "" },
      { kid: "", algorithm: "kid,ES256" },
    ]) {
      expect(cipher.open(other, sealed), JSON.stringify(other)).to.equal(null);
    }
  });

  it("opens nothing that was changed or cut at any byte", () => {
    const sealed = cipher.seal(name, content);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 0x80;
      expect(cipher.open(name, changed), `changed at ${index}`).to.equal(null);
      expect(cipher.open(name, sealed.subarray(0, index)), `cut at ${index}`).to.equal(null);
    }
    expect(cipher.open(name, Buffer.concat([sealed, Buffer.of(0)]))).to.equal(null);
  });

  it("without a secret opens nothing, and refuses to seal", () => {
    expect(make().hasSecret).to.equal(false);
    expect(make().open(name, cipher.seal(name, content))).to.equal(null);
    expect(() => make().seal(name, content)).to.throw("no secret");
  });
});
