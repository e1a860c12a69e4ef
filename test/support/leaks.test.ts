import { expect } from "chai";
import { leaksIn } from "./leaks.js";

const log =
  '{"msg":"sms sent","phone":"+2376…01","ms":0.123456}\n{"id":"9f-123456-aa","msg":"ok"}\n{"code":"123456"}\n';

describe("leaks", () => {
  it("finds a code only as a separate word", () => {
    expect(leaksIn(log, ["123456"])).to.deep.equal([{ secret: "123456", line: '{"code":"123456"}' }]);
  });

  it("finds a longer secret anywhere", () => {
    expect(leaksIn("see token=eyJhbGciOi.x and so on", ["eyJhbGciOi.x"])).to.have.length(1);
    expect(leaksIn("id237670000001x", ["237670000001"])).to.have.length(1);
  });

  it("finds nothing in a log without secrets", () => {
    expect(leaksIn(log, ["+237670000001", "654321", "pass-word"])).to.deep.equal([]);
  });
});
