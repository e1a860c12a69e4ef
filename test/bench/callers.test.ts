import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { callAtRate, callFor } from "../../bench/traffic/callers.js";
import { rejection } from "../support/rejection.js";

describe("the callers of the benchmark", () => {
  it("call again when they have their response, and have all responses in the end", async () => {
    let inFlight = 0;
    let most = 0;
    const call = async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await delay(1);
      inFlight -= 1;
    };
    const { calls, latenciesMs } = await callFor(50, [call, call, call]);
    expect(most).to.equal(3);
    expect(inFlight).to.equal(0);
    expect(calls).to.be.at.least(3).and.equal(latenciesMs.length);
  });

  it("call no more often than they are told", async () => {
    const { calls } = await callFor(50, [async () => {}, async () => {}], 20);
    expect(calls).to.be.within(2, 6);
  });

  it("call at a fixed rate although no response comes", async () => {
    const waiting: (() => void)[] = [];
    const { calls } = await callAtRate(50, 10, async () => {
      const response = new Promise<void>((resolve) => waiting.push(resolve));
      if (waiting.length === 5) for (const respond of waiting) respond();
      await response;
    });
    expect(calls).to.equal(5);
  });

  it("end with a call that fails", async () => {
    const fail = async () => {
      throw new Error("refused");
    };
    expect(await rejection(callFor(50, [fail]))).to.have.property("message", "refused");
    expect(await rejection(callAtRate(50, 10, fail))).to.have.property("message", "refused");
  });
});
