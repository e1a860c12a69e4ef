import { expect } from "chai";
import { describeError } from "../../src/system/describe-error.js";
import { LoggableError } from "../../src/system/loggable-error.js";
import { expectNoSecret, hostileErrors, SECRETS } from "../support/hostile-errors.js";

describe("describeError", () => {
  it("returns class, code and stack frames of every error, and none of its values", () => {
    for (const { error, type, code } of hostileErrors()) {
      const description = describeError(error);
      expectNoSecret(JSON.stringify(description), type);
      expect(description, type).to.include({ type, ...(code !== undefined && { code }) });
      if (code === undefined) expect(description, type).not.to.have.property("code");
      if (error instanceof Error)
        expect(description.stack, type).to.include("test/support/hostile-errors.ts:");
    }
  });

  it("includes a LoggableError's message, with secrets masked", () => {
    expect(describeError(new LoggableError("no free port"))).to.include({
      type: "LoggableError",
      message: "no free port",
    });
    expect(describeError(new LoggableError("at 0f8fad5b-d9cb-469f-a165-70867728950e")).message).to.equal(
      "at …",
    );
    expect(describeError(new Error("no free port"))).not.to.have.property("message");
  });

  it("follows causes of any kind, five deep", () => {
    let error = new Error("innermost");
    for (let depth = 0; depth < 8; depth++) error = new TypeError("outer", { cause: error });
    const types = [];
    for (let step = describeError(error); step.cause; step = step.cause) types.push(step.cause.type);
    expect(types).to.deep.equal(Array(5).fill("TypeError"));
    for (const cause of ["text", 7, { password: SECRETS }, null]) {
      expect(describeError(new Error("outer", { cause })).cause).to.deep.equal({ type: typeof cause });
    }
    expect(describeError(new Error("outer", { cause: undefined }))).not.to.have.property("cause");
  });

  it("stops at a circle of causes", () => {
    const circle = new Error("outer");
    const inner = new TypeError("inner", { cause: circle });
    circle.cause = inner;
    expect(describeError(circle).cause).to.include({ type: "TypeError" }).and.not.have.property("cause");
    const aggregate = new AggregateError([circle, inner]);
    aggregate.errors.push(aggregate);
    expect(describeError(aggregate).errors?.map(({ type }) => type)).to.deep.equal(["Error", "TypeError"]);
  });

  it("describes at most five errors of an AggregateError", () => {
    const errors = Array.from({ length: 9 }, () => new RangeError("one of many"));
    expect(describeError(new AggregateError(errors)).errors).to.have.length(5);
  });

  it("omits a code that is not a program's", () => {
    const codeOf = (code: unknown) => describeError(Object.assign(new Error(), { code })).code;
    for (const code of ["487913", 487_913, 237670000001, -1, 1n, "hunter2", "HUNTER2", "", {}, null]) {
      expect(codeOf(code), String(code)).to.equal(undefined);
    }
    for (const code of ["ECONNRESET", "EAI_AGAIN", "ERR_HTTP2_STREAM_ERROR", "23505", 21_211, 0]) {
      expect(codeOf(code)).to.equal(code);
    }
  });

  it("includes only frames of the program, of packages and of Node", () => {
    const error = new Error("changed later");
    error.stack = [
      "Error: as it was",
      "    at secret (node:fs:1:1)",
      "when it was made",
      "    at login (/srv/elsewhere/login.js:3:5)",
      "    at async Client.query (file:///srv/app/node_modules/pg/lib/client.js:526:17)",
      "    at async node:internal/main:1:2",
      "    at JSON.parse (<anonymous>)",
      "    at eval (eval at secret (<anonymous>), <anonymous>:1:1)",
      "",
    ].join("\n");
    expect(describeError(error).stack?.split("\n")).to.deep.equal([
      "at async Client.query (node_modules/pg/lib/client.js:526:17)",
      "at node:internal/main:1:2",
    ]);
    error.stack = Object("not text");
    expect(describeError(error)).to.deep.equal({ type: "Error" });
  });

  it("handles an error that can't be read", () => {
    const hidden = Object.defineProperty(new Error(), "code", {
      get: () => {
        throw new Error(SECRETS);
      },
    });
    expect(describeError(hidden)).to.deep.equal({ type: "unreadable" });
    expect(describeError(Object.setPrototypeOf(new Error(), null))).to.include({ type: "Error" });
    expect(describeError(Object.create(null))).to.deep.equal({ type: "object" });
  });
});
