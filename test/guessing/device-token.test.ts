import { expect } from "chai";
import { issueDevice, readDevice } from "../../src/guessing/device-token.js";
import { addSeconds } from "../../src/system/clock.js";

describe("a device token", () => {
  const key = Buffer.from("k".repeat(43));
  const now = new Date("2026-03-01T12:00:00Z");
  const device = { userId: 7, id: Buffer.alloc(16, 9), passwordHash: "$argon2id$a", secondFactorAt: null };
  const token = issueDevice(key, device, now);

  it("names its account, its device and its password for a year", () => {
    const read = readDevice([key], token, addSeconds(now, 31_535_999));
    expect(read).to.include({ userId: 7 });
    expect(read?.id).to.deep.equal(device.id);
    expect(read?.passwordDigest).to.have.length(16);
    expect(readDevice([key], token, addSeconds(now, 31_536_000))).to.equal(null);
  });

  it("differs for another password", () => {
    const other = issueDevice(key, { ...device, passwordHash: "$argon2id$b" }, now);
    expect(readDevice([key], other, now)?.passwordDigest).not.to.deep.equal(
      readDevice([key], token, now)?.passwordDigest,
    );
  });

  it("is refused when any byte of it is changed, and under another key", () => {
    const bytes = Buffer.from(token, "base64url");
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index]! ^= 1;
      expect(readDevice([key], changed.toString("base64url"), now), `byte ${index}`).to.equal(null);
    }
    const other = Buffer.from("x".repeat(43));
    expect(readDevice([other], token, now)).to.equal(null);
    expect(readDevice([other, key], token, now)).to.include({ userId: 7 });
  });

  it("is refused in another spelling", () => {
    for (const text of [
      "",
      " ",
      `${token}=`,
      ` ${token}`,
      token.slice(1),
      `${token}AAAA`,
      "é".repeat(130),
      "A".repeat(130),
    ]) {
      expect(readDevice([key], text, now), JSON.stringify(text)).to.equal(null);
    }
  });
});
