import { expect } from "chai";
import { addressKey, networkKey } from "../../src/system/address-key.js";

describe("addressKey", () => {
  for (const [what, address, key] of [
    ["an IPv4 address unchanged", "192.0.2.7", "192.0.2.7"],
    ["an IPv4 address written as IPv6 as IPv4", "::ffff:192.0.2.7", "192.0.2.7"],
    ["an IPv4 address written as IPv6 in hexadecimal as IPv4", "::ffff:c000:207", "192.0.2.7"],
    ["an IPv6 address by its first 64 bits", "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"],
    ["an IPv6 address by its first 64 bits, in any spelling", "2001:0DB8::1:ffff:0:0:9", "2001:db8:0:1::/64"],
    ["another /64 separately", "2001:db8:0:2::1", "2001:db8:0:2::/64"],
    ["an address without its interface", "fe80::1%eth0", "fe80:0:0:0::/64"],
    ["the loopback address", "::1", "0:0:0:0::/64"],
    ["an empty address under the key unknown", "", "unknown"],
    ["text that is not an address under the same key", "proxy.internal", "unknown"],
  ] as const) {
    it(`counts ${what}`, () => {
      expect(addressKey(address)).to.equal(key);
    });
  }
});

describe("networkKey", () => {
  for (const [what, address, key] of [
    ["an IPv4 address by its first 24 bits", "192.0.2.7", "192.0.2.0/24"],
    ["an IPv4 address written as IPv6 as IPv4", "::ffff:192.0.2.200", "192.0.2.0/24"],
    ["an IPv6 address by its first 48 bits", "2001:db8:0:1:2:3:4:5", "2001:db8:0::/48"],
    ["another /64 of it together with it", "2001:0DB8:0:ffff::1", "2001:db8:0::/48"],
    ["another /48 separately", "2001:db8:1::1", "2001:db8:1::/48"],
    ["text that is not an address under the key unknown", "proxy.internal", "unknown"],
  ] as const) {
    it(`counts ${what}`, () => {
      expect(networkKey(address)).to.equal(key);
    });
  }
});
