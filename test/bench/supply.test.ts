import { expect } from "chai";
import { createSupply } from "../../bench/people/supply.js";

/** How often each item is taken in `calls` calls. */
function usesIn(calls: number, take: () => number): Map<number, number> {
  const uses = new Map<number, number>();
  for (let call = 0; call < calls; call += 1) {
    const item = take();
    uses.set(item, (uses.get(item) ?? 0) + 1);
  }
  return uses;
}

describe("the supply of tokens", () => {
  let issued: number;

  beforeEach(() => {
    issued = 0;
  });

  async function issue(count: number): Promise<number[]> {
    issued += count;
    return Array.from({ length: count }, (_, index) => issued - count + index);
  }

  it("lets each be used at most ten times, and not twice in a row", async () => {
    const supply = createSupply(issue);
    await supply.fill();
    const uses = usesIn(5000, supply.take);
    expect(Math.max(...uses.values())).to.equal(10);
    expect(uses.size).to.be.within(500, 600);
    expect(supply.take()).not.to.equal(supply.take());
  });

  it("gets as many new ones as are missing", async () => {
    const supply = createSupply(issue);
    await supply.fill();
    const first = issued;
    await supply.fill();
    expect(issued).to.equal(first);
    usesIn(1000, supply.take);
    await supply.fill();
    expect(issued - first).to.be.within(90, 110);
  });

  it("goes on with those in use when it has run out", async () => {
    const supply = createSupply(issue);
    await supply.fill();
    expect(usesIn(20_000, supply.take).size).to.equal(issued);
  });
});
