import { expect } from "chai";
import { isInRange, parseAddress, parseRange } from "../../src/system/ip-range.js";

describe("IP range", () => {
  function contains(range: string, address: string): boolean | null {
    const parsedRange = parseRange(range);
    const parsedAddress = parseAddress(address);
    return parsedRange && parsedAddress && isInRange(parsedAddress, parsedRange);
  }

  const cases: [range: string, inside: string, outside: string][] = [
    ["10.0.0.0/8", "10.255.0.1", "11.0.0.1"],
    ["10.0.0.0/8", "::ffff:10.0.0.1", "::a00:1"],
    ["192.0.2.7", "192.0.2.7", "192.0.2.8"],
    ["::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"],
    ["::ffff:10.0.0.0/104", "10.255.0.1", "11.0.0.1"],
    ["2001:db8:1::/48", "2001:db8:1:9::1", "2001:db8:2::1"],
    ["0.0.0.0/0", "203.0.113.9", "2001:db8::1"],
    ["::/0", "2001:db8::1", "203.0.113.9"],
  ];
  for (const [range, inside, outside] of cases) {
    it(`${range} contains ${inside}, and not ${outside}`, () => {
      expect(contains(range, inside)).to.equal(true);
      expect(contains(range, outside)).to.equal(false);
    });
  }

  const malformed = [
    "proxy",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "10.0.0.0/0x8",
    "10/8",
    "::/129",
    "::ffff:10.0.0.0/95",
    "fe80::1%eth0",
    "",
  ];
  for (const text of malformed) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(parseRange(text)).to.equal(null);
    });
  }
});
