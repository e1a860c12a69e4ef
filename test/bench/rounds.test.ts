import { expect } from "chai";
import { estimateRatio } from "../../bench/measure/ratios.js";
import { measureRounds } from "../../bench/measure/rounds.js";
import type { Subject } from "../../bench/measure/slice.js";
import type { Stores } from "../../bench/servers/stores.js";
import { seededRandom } from "../support/seeded-random.js";

const stores: Stores = {
  redisUrl: "",
  postgresPid: process.pid,
  redisPid: process.pid,
  createDatabase: async () => "",
};

describe("the rounds of the benchmark", () => {
  let order: string[];

  beforeEach(() => {
    order = [];
  });

  /** A subject without processes, whose calls take `latencyMs`. */
  function subject(name: string, latencyMs = 1): Subject {
    return {
      pid: process.pid,
      leadInMs: 0,
      async open() {
        return {
          async run() {
            order.push(name);
            return { calls: 2, latenciesMs: [latencyMs, latencyMs] };
          },
          close: async () => {},
        };
      },
    };
  }

  const run = (groups: Subject[][], seed = "1") =>
    measureRounds(groups, { rounds: 4, stores, random: seededRandom(seed), beforeRound: async () => {} });

  it("measure every unit once a round, and its subjects one after the other", async () => {
    const [a, b, c] = [subject("a"), subject("b"), subject("c")];
    const slices = await run([
      [a, b],
      [c, a],
    ]);
    expect(slices.map((unit) => unit.map(({ length }) => length))).to.deep.equal([
      [4, 4],
      [4, 4],
    ]);
    // The first three are the warm-up.
    const rounds = Array.from({ length: 4 }, (_, round) => order.slice(3 + round * 4, 7 + round * 4));
    for (const round of rounds) {
      const units = [round.slice(0, 2), round.slice(2)].map((unit) => unit.sort().join(""));
      expect(units.sort()).to.deep.equal(["ab", "ac"]);
    }
  });

  it("have an order that the seed chooses", async () => {
    const groups = () => [["a", "b", "c", "d", "e"].map((name) => subject(name))];
    const orders = [];
    for (const seed of ["1", "1", "2"]) {
      order = [];
      await run(groups(), seed);
      orders.push(order.join(""));
    }
    expect(orders[1]).to.equal(orders[0]);
    expect(orders[2]).not.to.equal(orders[0]);
  });

  it("compare the slices of the same rounds", async () => {
    const [slow, fast] = [subject("slow", 6), subject("fast", 2)];
    const [unit] = await run([[slow, fast]]);
    const ratio = estimateRatio("p50", unit![0]!, unit![1]!);
    expect(ratio).to.deep.equal({ median: 3, low: 3, high: 3 });
  });

  it("count in ratios if other programs disturbed them less than half of the others", () => {
    const slice = (server: number, disturbance: number) => ({
      cost: { server, postgres: 0, redis: 0 },
      latenciesMs: [],
      disturbance,
    });
    const slices = [slice(9, 1), slice(3, 0), slice(9, 0), slice(3, 0.1)];
    const others = [slice(1, 0), slice(1, 0), slice(1, 1), slice(1, 0.1)];
    expect(estimateRatio("server", slices, others)).to.deep.equal({ median: 3, low: 3, high: 3 });
  });
});
