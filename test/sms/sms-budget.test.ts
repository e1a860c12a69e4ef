import { expect } from "chai";
import { exceededBudget, type MessagePriority } from "../../src/sms/sms-budget.js";

describe("SMS budgets", () => {
  const budgets = {
    total: { hour: 100, day: 1000 },
    country: { hour: 50, day: null },
    address: { hour: 10, day: 20 },
  };
  const none = { hour: 0, day: 0 };
  const refused = (
    used: Partial<Record<"total" | "country" | "address", { hour: number; day: number }>>,
    { isVerified = false, priority = "owner" as MessagePriority } = {},
  ) => {
    const usage = { total: none, country: none, address: none, ...used };
    const refusal = exceededBudget(budgets, usage, { isVerified, priority });
    return refusal?.kind === "budget" ? `${refusal.budget} ${refusal.period} ${refusal.limit}` : refusal;
  };

  it("have room until a budget is used up in either period", () => {
    expect(refused({})).to.equal(null);
    expect(refused({ total: { hour: 99, day: 999 } })).to.equal(null);
    expect(refused({ total: { hour: 100, day: 100 } })).to.equal("total hour 100");
    expect(refused({ total: { hour: 0, day: 1000 } })).to.equal("total day 1000");
    expect(refused({ country: { hour: 50, day: 50 } })).to.equal("country hour 50");
    expect(refused({ address: { hour: 0, day: 20 } })).to.equal("address day 20");
  });

  it("have no limit for a period that isn't given", () => {
    expect(refused({ country: { hour: 49, day: 1_000_000 } })).to.equal(null);
  });

  it("refuse a proved number only by the total", () => {
    const used = { country: { hour: 50, day: 50 }, address: { hour: 10, day: 20 } };
    expect(refused(used, { isVerified: true })).to.equal(null);
    expect(refused({ ...used, total: { hour: 100, day: 100 } }, { isVerified: true })).to.equal(
      "total hour 100",
    );
  });

  it("keep the last fifth for owners, and more than half from notices, and say which part is used up", () => {
    for (const [priority, room] of [
      ["owner", 100],
      ["ordinary", 80],
      ["notice", 50],
    ] as const) {
      expect(refused({ total: { hour: room - 1, day: 0 } }, { priority }), priority).to.equal(null);
      expect(refused({ total: { hour: room, day: 0 } }, { priority }), priority).to.equal(
        `total hour ${room}`,
      );
    }
  });
});
