import { expect } from "chai";
import { createMutex } from "../../../src/db/embedded/mutex.js";
import { rejection } from "../../support/rejection.js";

describe("mutex", () => {
  it("lets one caller in at a time, in the order of their calls", async () => {
    const mutex = createMutex(1000);
    const order: string[] = [];
    const visit = async (name: string) => {
      const release = await mutex.acquire();
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      release();
    };
    await Promise.all([visit("a"), visit("b"), visit("c")]);
    expect(order).to.deep.equal(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("rejects a caller that has waited too long, and lets the next one in", async () => {
    const mutex = createMutex(10);
    const release = await mutex.acquire();
    expect(await rejection(mutex.acquire())).to.have.property(
      "message",
      "the database was not free within 10 ms",
    );
    const next = mutex.acquire();
    release();
    (await next)();
    (await mutex.acquire())();
  });
});
