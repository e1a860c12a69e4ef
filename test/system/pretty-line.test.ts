import { expect } from "chai";
import { createLogger } from "../../src/system/logger.js";
import { createLineFormat } from "../../src/system/pretty-line.js";
import { expectNoSecret, hostileErrors } from "../support/hostile-errors.js";

/** Characters that a terminal obeys, or that turn what follows around. */
const UNSAFE = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;

describe("a pretty line of the log", () => {
  const written: string[] = [];
  const loggerWith = (hasColors: boolean, worker?: number) => {
    const format = createLineFormat(hasColors);
    const destination = { write: (line: string) => void written.push(format(line)) };
    return createLogger("debug", destination, worker === undefined ? null : { worker });
  };
  const plain = loggerWith(false);

  beforeEach(() => {
    written.length = 0;
  });

  it("has time, level, message and fields", () => {
    plain.info({ method: "a.v1.AuthService/Login", ms: 1.5, service: undefined, text: "two words" }, "call");
    expect(written[0]).to.match(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: call method=a\.v1\.AuthService\/Login ms=1\.5 text="two words"\n$/,
    );
  });

  it("has the number of the worker before the message", () => {
    loggerWith(false, 2).warn("stopping");
    expect(written[0]).to.match(/^\[[\d:.]+\] WARN: worker 2: stopping\n$/);
  });

  it("shows the stack of an error and its causes below", () => {
    plain.error({ err: new TypeError("not shown", { cause: new RangeError("nor this") }), ms: 1 }, "failed");
    const lines = written[0]!.split("\n");
    expect(lines[0]).to.match(/ERROR: failed ms=1$/);
    expect(lines[1]).to.equal("    err: TypeError");
    expect(lines[2]).to.match(/^ +at .*pretty-line\.test\.ts:\d+:\d+\)?$/);
    expect(lines.some((line) => line.trim() === "caused by RangeError")).to.equal(true);
    expect(written[0]).not.to.match(/not shown|nor this/);
  });

  it("has colors only if it is told to", () => {
    loggerWith(true).info({ ms: 1 }, "call");
    plain.info({ ms: 1 }, "call");
    const [colored = "", uncolored = ""] = written;
    expect(colored).to.include("\u001b[32mINFO\u001b[39m");
    expect(uncolored).not.to.include("\u001b");
  });

  it("reveals as little as JSON does", () => {
    plain.info({ phone: "+237670000001" }, "SMS to +237670000001");
    expect(written[0]).to.include("SMS to … phone=+2376…01");
    for (const { error, type } of hostileErrors()) {
      plain.error({ err: error }, "failed");
      expectNoSecret(written.join(""), type);
    }
  });

  it("shows control characters instead of obeying them", () => {
    const hostile = "\u001b[2J\u001b]0;title\u0007\u009b31m\r\n\u0000\u007f\u0085\u202e\u2028\ud800 level=60";
    const error = Object.assign(new Error("x"), { name: hostile, code: hostile });
    class NamedError extends Error {}
    Object.defineProperty(NamedError, "name", { value: hostile });
    plain.info({ client: hostile, [hostile]: "x" }, hostile);
    plain.info({ phone: hostile, address: `${hostile}"` }, "call");
    plain.error({ err: error }, "failed");
    plain.error({ err: new NamedError("x") }, "failed");
    for (const line of written) expect(line).not.to.match(UNSAFE);
    expect(written[1]!.split("\n")).to.have.length(2);
    expect(written[0]).to.include('client="\\u001b[2J');
  });

  it("quotes a value that looks like another field", () => {
    plain.info({ client: "curl status=ok" }, "call");
    plain.info({ client: 'a"b' }, "call");
    plain.info({ client: "" }, "call");
    expect(written.map((line) => line.slice(line.indexOf("client=")))).to.deep.equal([
      'client="curl status=ok"\n',
      'client="a\\"b"\n',
      'client=""\n',
    ]);
  });
});
