import { expect } from "chai";
import { createLogger } from "../../src/system/logger.js";
import { expectNoSecret, hostileErrors, SECRETS } from "../support/hostile-errors.js";

describe("logger", () => {
  const lines: string[] = [];
  const logger = createLogger("debug", { write: (line) => lines.push(line) });
  const entry = () => JSON.parse(lines[0]!);

  beforeEach(() => {
    lines.length = 0;
  });

  it("writes an object with level, time, fields and message", () => {
    logger.warn({ connections: 3, requestId: undefined }, "cut connections");
    expect(entry()).to.include({ level: 40, connections: 3, msg: "cut connections" });
    expect(entry()).to.have.all.keys("level", "time", "connections", "msg");
  });

  it("describes an error, and masks a phone number", () => {
    logger.error({ err: new TypeError("not shown"), phone: "+237670000001" }, "failed");
    expect(entry()).to.nested.include({ "err.type": "TypeError", phone: "+2376…01", msg: "failed" });
    expect(entry().err).to.have.all.keys("type", "stack");
  });

  it("reveals nothing of an error, however it is logged", () => {
    const log = logger.error.bind(logger) as (...args: unknown[]) => void;
    for (const { error, type } of hostileErrors()) {
      if (!(error instanceof Error)) continue;
      for (const args of [
        [error],
        [{ err: error }],
        [error, "failed"],
        ["failed %s", error],
        [{ err: error }, error],
      ]) {
        log(...args);
      }
      expectNoSecret(lines.join(""), type);
    }
  });

  it("masks secrets in a message", () => {
    logger.info(`SMS to ${SECRETS.split("\n")[0]}`);
    expect(entry().msg).not.to.match(/\d{6}|eyJ/);
  });

  it("has no fields for secrets, or for values that may contain one", () => {
    // @ts-expect-error
    logger.info({ password: "x" }, "compiles not");
    // @ts-expect-error
    logger.info({ newPhone: "x" }, "compiles not");
    // @ts-expect-error
    logger.info({ refreshToken: "x" }, "compiles not");
    // @ts-expect-error
    logger.info({ user: { id: 1 } }, "compiles not");
    // @ts-expect-error
    logger.info({ error: new Error("x") }, "compiles not");
    // @ts-expect-error
    logger.error(new Error("x"), "compiles not");
    // @ts-expect-error
    logger.error({ err: new Error("x") });
    expect(lines).to.have.length(7);
  });
});
