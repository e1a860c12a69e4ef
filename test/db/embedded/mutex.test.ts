import { expect } from "chai";
import { createTurns } from "../../../src/db/embedded/mutex.js";
import { rejection } from "../../support/rejection.js";

describe("turns", () => {
  it("gives turns one at a time, in the order of asking", async () => {
    const turns = createTurns(1000);
    const order: string[] = [];
    const visit = async (name: string) => {
      const end = await turns.take();
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      end();
    };
    await Promise.all([visit("a"), visit("b"), visit("c")]);
    expect(order).to.deep.equal(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("refuses who has waited too long, and passes the turn on without them", async () => {
    const turns = createTurns(10);
    const end = await turns.take();
    expect(await rejection(turns.take())).to.have.property("message", "no turn within 10 ms");
    const next = turns.take();
    end();
    (await next)();
    (await turns.take())();
  });
});
