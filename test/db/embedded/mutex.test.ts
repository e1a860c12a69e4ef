import { expect } from "chai";
import { createMutex } from "../../../src/db/embedded/mutex.js";
import { rejection } from "../../support/rejection.js";

describe("turns", () => {
  it("gives turns one at a time, in the order of asking", async () => {
    const turns = createMutex(1000);
    const order: string[] = [];
    const visit = async (name: string) => {
      const end = await turns.acquire();
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      end();
    };
    await Promise.all([visit("a"), visit("b"), visit("c")]);
    expect(order).to.deep.equal(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("refuses who has waited too long, and passes the turn on without them", async () => {
    const turns = createMutex(10);
    const end = await turns.acquire();
    expect(await rejection(turns.acquire())).to.have.property(
      "message",
      "the database was not free within 10 ms",
    );
    const next = turns.acquire();
    end();
    (await next)();
    (await turns.acquire())();
  });
});
