import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readConfig } from "../src/config.js";
import type { Database } from "../src/db/database.js";
import { DomainError } from "../src/errors.js";
import { createInfrastructure, type Infrastructure } from "../src/infrastructure.js";
import { loadEncryptionSecret } from "../src/system/key-file.js";
import { createLogger } from "../src/system/logger.js";
import { systemRandom } from "../src/system/random.js";
import { newPhone } from "./support/test-context.js";

describe("infrastructure", () => {
  const folder = mkdtempSync(join(tmpdir(), "waterbill-infrastructure-"));
  after(() => rmSync(folder, { recursive: true }));
  let log: Record<string, unknown>[];
  let printed: string[];

  function infrastructure(variables: Record<string, string> = {}): Promise<Infrastructure> {
    log = [];
    printed = [];
    const config = readConfig({ DATA_DIR: folder, ...variables });
    const logger = createLogger("trace", { write: (line) => void log.push(JSON.parse(line)) });
    return createInfrastructure(config, {} as Database, { logger, print: (line) => void printed.push(line) });
  }

  it("keeps the keys that are not configured in the data directory", async () => {
    const { keys } = await infrastructure();
    expect((await infrastructure()).keys).to.deep.equal(keys);
    const token = "t".repeat(43);
    const encryption = [loadEncryptionSecret(folder, systemRandom)];
    expect((await infrastructure({ TOKEN_SECRET: token })).keys).to.deep.equal({
      token: [token],
      encryption,
      code: keys.code,
      audit: keys.code.map((key) => Buffer.from(key).toString()),
    });
    const code = "c".repeat(43);
    const bytes = [Buffer.from(code)];
    const configured = await infrastructure({ TOKEN_SECRET: token, CODE_SECRET: code });
    expect(configured.keys).to.deep.equal({ token: [token], encryption, code: bytes, audit: [code] });
    const lists = { TOKEN_SECRET: `${token},${code}`, KEY_ENCRYPTION_SECRET: `${code}1,${code}2` };
    expect((await infrastructure(lists)).keys).to.deep.include({
      token: [token, code],
      encryption: [`${code}1`, `${code}2`],
    });
    const codes = await infrastructure({ CODE_SECRET: `${code}1,${code}2` });
    expect(codes.keys).to.deep.include({
      code: [`${code}1`, `${code}2`].map((secret) => Buffer.from(secret)),
      audit: [`${code}1`, `${code}2`],
    });
    const audit = ["a".repeat(43), "b".repeat(43)];
    const { keys: three } = await infrastructure({ CODE_SECRET: code, AUDIT_SECRET: audit.join(", ") });
    expect(three).to.deep.include({ code: bytes, audit: [...audit, code] });
  });

  it("prints what the console gateway would send", async () => {
    const phone = newPhone();
    await (await infrastructure()).sms.sendActivationCode(phone, "123456");
    expect(printed).to.deep.equal([`Code d'activation pour ${phone}: 123456`]);
  });

  it("logs a refused background job as info, and a failed one as an error", async () => {
    const { background } = await infrastructure();
    for (const error of [
      new DomainError("RATE_LIMITED"),
      new DomainError("OVERLOADED"),
      new Error("broken"),
    ]) {
      background.run(() => Promise.reject(error));
      await background.drain();
    }
    expect(log.map(({ level, msg, reason }) => [level, msg, reason])).to.deep.equal([
      [30, "a background job was rejected", "RATE_LIMITED"],
      [50, "a background job failed", undefined],
      [50, "a background job failed", undefined],
    ]);
  });
});
