import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadEncryptionSecret, loadKeys } from "../../src/system/key-file.js";
import { systemRandom } from "../../src/system/random.js";

describe("key file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "waterbill-keys-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("creates two different secrets once, readable only by their owner", () => {
    const directory = join(folder, "data");
    const keys = loadKeys(directory, systemRandom);
    expect(keys.token).to.have.length(43).and.not.equal(keys.code);
    expect(loadKeys(directory, systemRandom)).to.deep.equal(keys);
    expect(statSync(join(directory, "keys.json")).mode & 0o777).to.equal(0o600);
    expect(readdirSync(directory)).to.deep.equal(["keys.json"]);
  });

  it("stores the secret of signing keys beside the secrets of an earlier version", () => {
    const keys = loadKeys(folder, systemRandom);
    const secret = loadEncryptionSecret(folder, systemRandom);
    expect(secret).to.have.length(43);
    expect(loadEncryptionSecret(folder, systemRandom)).to.equal(secret);
    expect(loadKeys(folder, systemRandom)).to.deep.equal(keys);
    expect(readdirSync(folder)).to.have.members(["keys.json", "key-encryption.json"]);
    expect(statSync(join(folder, "key-encryption.json")).mode & 0o777).to.equal(0o600);
  });

  it("uses the keys of another process that was first", () => {
    const first = { token: "t".repeat(43), code: "c".repeat(43) };
    const random = {
      ...systemRandom,
      uuid() {
        writeFileSync(join(folder, "keys.json"), JSON.stringify(first));
        return "draft";
      },
    };
    expect(loadKeys(folder, random)).to.deep.equal(first);
    expect(readdirSync(folder)).to.deep.equal(["keys.json"]);
  });

  it("names the file that it can't read", () => {
    for (const content of ["not JSON", '{"token":"x"}', '{"token":"","code":""}']) {
      writeFileSync(join(folder, "keys.json"), content);
      expect(() => loadKeys(folder, systemRandom)).to.throw(join(folder, "keys.json"));
    }
  });
});
