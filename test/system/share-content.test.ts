import { expect } from "chai";
import { shareContent } from "../../src/system/share-content.js";
import { rejection } from "../support/rejection.js";

describe("shareContent", () => {
  it("reads once for all who ask at the same time, and while the content is in use", async () => {
    let reads = 0;
    const read = shareContent(async () => Buffer.from(String(++reads)));
    const [first, second] = await Promise.all([read(), read()]);
    expect(first).to.equal(second);
    expect(await read()).to.equal(first);
    expect(reads).to.equal(1);
  });

  it("reads again after a failure", async () => {
    let fails = true;
    const read = shareContent(async () => {
      if (fails) throw new Error("no file");
      return Buffer.from("a");
    });
    expect(await rejection(read())).to.have.property("message", "no file");
    fails = false;
    expect(String(await read())).to.equal("a");
  });
});
