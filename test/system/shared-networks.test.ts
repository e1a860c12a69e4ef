import { expect } from "chai";
import { readConfig } from "../../src/config.js";
import { addressFactor } from "../../src/system/shared-networks.js";

describe("addressFactor", () => {
  const { sharedNetworks } = readConfig({
    SHARED_NETWORKS: "41.202.192.0/19*20, 41.202.200.0/24 * 5,2001:db8::/32*3",
  });

  const factors: [address: string, factor: number][] = [
    ["41.202.192.1", 20],
    ["::ffff:41.202.192.1", 20],
    ["41.202.200.9", 5],
    ["41.202.224.0", 1],
    ["2001:db8:1::1", 3],
    ["2001:db9::1", 1],
    ["unknown", 1],
    ["", 1],
  ];
  for (const [address, factor] of factors) {
    it(`is ${factor} for ${JSON.stringify(address)}, by the smallest network around it`, () => {
      expect(addressFactor(sharedNetworks, address)).to.equal(factor);
    });
  }

  it("is 1 without networks", () => {
    expect(addressFactor([], "41.202.192.1")).to.equal(1);
  });
});
