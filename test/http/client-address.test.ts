import { expect } from "chai";
import { clientAddress, trustProxies } from "../../src/http/client-address.js";
import { parseRange } from "../../src/system/ip-range.js";

describe("client address", () => {
  const trusts = trustProxies(
    ["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48"].map(parseRange).filter((range) => range !== null),
  );

  const cases: [name: string, socket: string, forwardedFor: string, expected: string][] = [
    ["is the socket's without a proxy", "203.0.113.9", "", "203.0.113.9"],
    ["ignores what an untrusted client forwards", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["is what a trusted proxy was called from", "10.1.2.3", "198.51.100.1", "198.51.100.1"],
    ["is read from the right", "10.1.2.3", "1.1.1.1, 2.2.2.2, 198.51.100.1", "198.51.100.1"],
    [
      "skips several trusted proxies",
      "10.1.2.3",
      "9.9.9.9, 198.51.100.1, 192.0.2.7, 10.9.9.9",
      "198.51.100.1",
    ],
    ["is the outermost proxy's when all hops are trusted", "10.1.2.3", "10.0.0.1,10.0.0.2", "10.0.0.1"],
    ["is the proxy's when it forwards nothing", "10.1.2.3", "", "10.1.2.3"],
    ["stops at an unreadable hop", "10.1.2.3", "198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"],
    ["stops at an empty hop", "10.1.2.3", "198.51.100.1, ", "10.1.2.3"],
    ["takes no short form for an address", "10.1.2.3", "1", "10.1.2.3"],
    ["takes no octal form for an address", "10.1.2.3", "010.0.0.1", "10.1.2.3"],
    ["takes no name for an address", "10.1.2.3", "localhost", "10.1.2.3"],
    ["takes no address with a zone", "10.1.2.3", "fe80::1%eth0", "10.1.2.3"],
    ["takes no zone that makes no address", "10.1.2.3", "24::970%3e.e76", "10.1.2.3"],
    ["leaves a zone to the socket", "fe80::1%eth0", "198.51.100.1", "fe80::1%eth0"],
    ["reads a hop with its port", "10.1.2.3", "198.51.100.1:4711", "198.51.100.1"],
    ["reads an IPv6 hop with its port", "10.1.2.3", "[2001:db8::5]:4711", "2001:db8::5"],
    ["reads an IPv6 hop in brackets", "10.1.2.3", "[2001:db8::5]", "2001:db8::5"],
    ["spells IPv6 in one way", "10.1.2.3", "2001:0DB8:0:0::5", "2001:db8::5"],
    ["converts mapped IPv4 to IPv4", "::ffff:203.0.113.9", "", "203.0.113.9"],
    ["trusts a proxy whose address is mapped", "::ffff:10.1.2.3", "::ffff:198.51.100.1", "198.51.100.1"],
    ["trusts an IPv6 range", "2001:db8:1::9", "2001:db8:2::1", "2001:db8:2::1"],
    ["does not trust outside the range", "2001:db8:2::9", "1.1.1.1", "2001:db8:2::9"],
  ];
  for (const [name, socket, forwardedFor, expected] of cases) {
    it(name, () => {
      expect(clientAddress(trusts, socket, forwardedFor)).to.equal(expected);
    });
  }

  it("trusts no proxy by default", () => {
    expect(clientAddress(trustProxies([]), "127.0.0.1", "1.1.1.1")).to.equal("127.0.0.1");
  });

  it("handles a header of only commas and junk", () => {
    expect(clientAddress(trusts, "10.1.2.3", ",".repeat(16_000))).to.equal("10.1.2.3");
    expect(clientAddress(trusts, "10.1.2.3", "[".repeat(8_000))).to.equal("10.1.2.3");
    expect(clientAddress(trusts, "10.1.2.3", "10.0.0.1,".repeat(1_700))).to.equal("10.1.2.3");
  });
});
