import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  judgeClock,
  judgeConnections,
  judgeTimeout,
  judgeVersion,
} from "../../src/cli/doctor/database-checks.js";
import { type Check, ok } from "../../src/cli/doctor/finding.js";
import { runChecks } from "../../src/cli/doctor/run-checks.js";
import { smsChecks } from "../../src/cli/doctor/sms-checks.js";
import { judgeValidity } from "../../src/cli/doctor/tls-check.js";
import { readConfig } from "../../src/config.js";
import { migrate } from "../../src/db/migrate.js";
import type { SmsGateway } from "../../src/sms/sms-gateway.js";
import { systemClock } from "../../src/system/clock.js";
import { LoggableError } from "../../src/system/loggable-error.js";
import { testDatabase } from "../support/database.js";
import { testLogger } from "../support/log.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";
import { freePort } from "../support/server-process.js";
import { activeUser, testKeys } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

const SERVER_CHECKS = ["database_version", "database_clock", "connections", "statement_timeout"];
const DATABASE_CHECKS = [...SERVER_CHECKS, "migrations", "sms_budget", "signing_keys", "account_history"];
const NOTHING = "127.0.0.1";

describe("doctor", () => {
  const cli = useCli();

  async function doctor(environment: Record<string, string> = {}) {
    const { code, out, error } = await cli.run(["doctor", "--json"], {
      environment: { REDIS_URL: testRedisUrl(), REDIS_PREFIX: testKeyPrefix(), ...environment },
    });
    const findings = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { check: string; level: string; message: string; advice: string });
    return {
      code,
      out,
      error,
      of: (check: string) => findings.find((finding) => finding.check === check)!,
      at: (level: string) => findings.filter((finding) => finding.level === level).map(({ check }) => check),
    };
  }

  it("finds nothing wrong with a database and a Redis that work, and exits with 0", async () => {
    await activeUser(cli.context);
    const { code, error, at, of } = await doctor();
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    expect(at("problem")).to.deep.equal([]);
    expect(at("warning")).to.deep.equal([]);
    expect(at("skipped")).to.deep.equal(["tls"]);
    expect(of("database_version").message).to.match(/^PostgreSQL \d/);
    expect(of("redis").message).to.match(/^Redis \d+\.\S+ responds/);
    expect(of("signing_keys").message).to.equal("2 of 2 are readable, one signs, one stands by");
    expect(of("statement_timeout").message).to.match(/^no pooler/);
  });

  it("prints a line for each check, and what to do", async () => {
    const { code, out } = await cli.run(["doctor"], { environment: { SMS_PAUSED: "true" } });
    expect(code).to.equal(0);
    expect(out).to.match(/^ok\tconfiguration\tvalid\nok\tdatabase\tPostgreSQL responds\n/);
    expect(out).to.match(/^skipped\tredis\tREDIS_URL is not set/m);
    expect(out).to.match(/^warning\tsms_budget\tno message leaves\tset SMS_PAUSED=false /m);
  });

  it("reports a database and a Redis that are down, hides nothing else, and prints no password", async () => {
    const port = await freePort();
    const { code, out, at, of } = await doctor({
      DATABASE_URL: `postgres://waterbill:hunter2@${NOTHING}:${port}/postgres`,
      REDIS_URL: `redis://:hunter2@${NOTHING}:${port}`,
    });
    expect(code).to.equal(1);
    expect(at("problem")).to.deep.equal(["database", "redis"]);
    expect(at("skipped")).to.have.members([...DATABASE_CHECKS, "tls"]);
    expect(at("ok")).to.deep.equal(["configuration", "sms_gateway", "data_folder"]);
    expect(of("database").message).to.equal("it can't be used (ECONNREFUSED)");
    expect(of("database").advice).to.match(/^check host and port in DATABASE_URL/);
    expect(of("redis").message).to.match(/^it can't be used \(Error ECONNREFUSED\)/);
    expect(out).not.to.include("hunter2");
  });

  it("says that a database of the name is absent", async () => {
    const { of } = await doctor({ DATABASE_URL: `${cli.context.testDatabase.url}_absent` });
    expect(of("database")).to.include({ message: "it can't be used (3D000)" });
    expect(of("database").advice).to.match(/^create the database/);
  });

  it("reports pending migrations, which only production's server does not apply", async () => {
    const base = await testDatabase({ migrated: false });
    try {
      const development = await doctor({ DATABASE_URL: base.url });
      expect(development.code).to.equal(0);
      expect(development.of("migrations").level).to.equal("warning");
      expect(development.of("migrations").message).to.match(/^\d+ pending: 0001-identity, /);
      expect(development.at("skipped")).to.deep.equal([
        ...["sms_budget", "signing_keys", "account_history", "tls"],
      ]);
      const production = await doctor({ DATABASE_URL: base.url, NODE_ENV: "production" });
      expect(production.code).to.equal(1);
      expect(production.of("migrations").level).to.equal("problem");
      expect(production.of("migrations").advice).to.match(/^run `npm run migrate`/);
      await migrate(base.database, testLogger());
      const migrated = await doctor({ DATABASE_URL: base.url });
      expect(migrated.of("migrations")).to.include({ level: "ok" });
      expect(migrated.of("signing_keys")).to.include({ level: "warning", message: "there are none" });
    } finally {
      await base.drop();
    }
  });

  it("reports secrets other than those of the data", async () => {
    await activeUser(cli.context);
    const other = "o".repeat(43);
    const { code, at, of, out } = await doctor({ KEY_ENCRYPTION_SECRET: other, AUDIT_SECRET: other });
    expect(code).to.equal(1);
    expect(at("problem")).to.deep.equal(["signing_keys", "account_history"]);
    expect(of("signing_keys").message).to.match(
      /^0 of 2 are readable; KEY_ENCRYPTION_SECRET does not decrypt /,
    );
    expect(of("account_history").advice).to.match(/^add it at the end of AUDIT_SECRET/);
    expect(out).not.to.include("ooo");
  });

  it("says which keys a former secret encrypts", async () => {
    const { of } = await doctor({ KEY_ENCRYPTION_SECRET: `${"o".repeat(43)},${testKeys.encryption}` });
    expect(of("signing_keys").level).to.equal("ok");
    expect(of("signing_keys").message).to.match(/; 2 under a former secret, which must stay$/);
  });

  it("checks what it can with a configuration that is not valid", async () => {
    const { code, at, of, out } = await doctor({
      ...{ PORT: "70000", DATABASE_URL: "mysql://hunter2", AUDIT_SECRET_FILE: "absent", AUDIT_SECRET: "" },
    });
    expect(code).to.equal(1);
    expect(at("problem")).to.deep.equal(["configuration"]);
    expect(
      of("configuration")
        .message.split("; ")
        .map((text) => text.split(":")[0]),
    ).to.deep.equal(["AUDIT_SECRET_FILE", "PORT", "DATABASE_URL"]);
    expect(of("redis").level).to.equal("ok");
    expect(of("database").message).to.equal("DATABASE_URL is not set, or can't be used");
    expect(of("account_history").message).to.equal("AUDIT_SECRET can't be used");
    expect(out).not.to.include("hunter2");
    const missing = await doctor({ NODE_ENV: "production", DATABASE_URL: "" });
    expect(missing.of("database").level).to.equal("skipped");
  });

  it("makes neither a database nor secrets, and says whether DATA_DIR is writable", async () => {
    const DATA_DIR = join(cli.folder, "absent");
    const environment = { DATABASE_URL: "", AUDIT_SECRET: "", KEY_ENCRYPTION_SECRET: "" };
    const absent = await doctor({ ...environment, DATA_DIR });
    expect(absent.code).to.equal(0);
    expect(absent.at("warning")).to.deep.equal(["database", "account_history"]);
    expect(absent.of("data_folder").message).to.match(/^writable, \d+ MB free$/);
    expect(existsSync(DATA_DIR)).to.equal(false);
    await doctor({ AUDIT_SECRET: "", KEY_ENCRYPTION_SECRET: "" });
    expect(readdirSync(cli.folder)).to.deep.equal([]);
    writeFileSync(DATA_DIR, "");
    const file = await doctor({ DATA_DIR: join(DATA_DIR, "data") });
    expect(file.of("data_folder")).to.include({ level: "problem" });
    expect(file.of("data_folder").message).to.equal("DATA_DIR is not writable (Error ENOTDIR)");
  });

  it("reports that the budget of SMS is used up, or left for owners", async () => {
    const scopes = { country: null, address: null };
    for (let i = 0; i < 4; i++)
      await cli.context.app.smsCounts.add(null, scopes, systemClock.now(), { sent: 1, failed: 0 });
    const levelAt = async (total: string) => {
      const { of } = await doctor({ SMS_BUDGET: `total=${total};country=5/hour;address=5/hour` });
      return of("sms_budget").level;
    };
    expect(await levelAt("4/hour,100/day")).to.equal("problem");
    expect(await levelAt("5/day")).to.equal("warning");
    expect(await levelAt("100/hour")).to.equal("ok");
  });

  it("tells whether Twilio takes the account", async () => {
    const config = readConfig({
      ...{
        SMS_PROVIDER: "twilio",
        TWILIO_ACCOUNT_SID: "AC1",
        TWILIO_AUTH_TOKEN: "t",
        TWILIO_FROM_NUMBER: "+1",
      },
    });
    for (const [isAvailable, level] of [
      [true, "ok"],
      [false, "problem"],
    ] as const) {
      const gateway = { isAvailable: async () => isAvailable } as SmsGateway;
      const shared = { open: () => Promise.reject(new Error("unused")), close: async () => {} };
      const [check] = smsChecks(config, { shared, clock: systemClock, openGateway: async () => gateway });
      expect(await check!.run()).to.include({ level });
    }
  });

  it("goes on after a check that fails or hangs, and prints nothing of a foreign error's message", async () => {
    const checks: Check[] = [
      { name: "fails", run: () => Promise.reject(new Error("hunter2")) },
      { name: "hangs", run: () => new Promise(() => {}) },
      { name: "says why", run: () => Promise.reject(new LoggableError("it broke")) },
      { name: "works", run: async () => ok("fine") },
    ];
    const findings = [];
    for await (const finding of runChecks(checks, 50)) findings.push([finding.check, finding.message]);
    expect(findings).to.deep.equal([
      ["fails", "Error"],
      ["hangs", "no response within 50 ms"],
      ["says why", "it broke"],
      ["works", "fine"],
    ]);
  });

  it("checks the certificate", async () => {
    const pem = (name: string) => `test/support/tls/${name}.pem`;
    const pair = { TLS_CERT_FILE: pem("one.cert"), TLS_KEY_FILE: pem("one.key") };
    expect((await doctor(pair)).of("tls").message).to.match(/^the certificate is valid until 2/);
    const { of } = await doctor({ ...pair, TLS_KEY_FILE: pem("two.key") });
    expect(of("tls").level).to.equal("problem");
    expect(of("tls").message).to.match(/^TLS_CERT_FILE and TLS_KEY_FILE can't be read, or don't belong/);
    const now = new Date("2026-01-01T00:00:00Z");
    const levelAt = (end: string) => judgeValidity(new Date(end), now).level;
    expect(levelAt("2026-02-01")).to.equal("ok");
    expect(levelAt("2026-01-14")).to.equal("warning");
    expect(levelAt("2025-12-31")).to.equal("problem");
  });

  it("judges version, clock, connections and timeout of a server", () => {
    const server = { version: "16.4", number: 160_004, isStandby: false };
    expect(judgeVersion(server)).to.deep.equal(ok("PostgreSQL 16.4"));
    expect(judgeVersion({ ...server, version: "13.9", number: 130_009 }).level).to.equal("problem");
    expect(judgeVersion({ ...server, isStandby: true }).level).to.equal("problem");

    expect(judgeClock(10_000, 9_000, 11_000).level).to.equal("ok");
    expect(judgeClock(10_000, 11_999, 12_000).level).to.equal("ok");
    expect(judgeClock(10_000, 13_000, 13_001)).to.include({
      level: "warning",
      message: "the database's clock is 3.0 s behind ours",
    });
    expect(judgeClock(50_000, 10_000, 11_000)).to.include({
      level: "problem",
      message: "the database's clock is 39.0 s ahead of ours",
    });

    const pool = { databasePoolSize: 10, workers: null };
    expect(judgeConnections(pool, { available: 97, used: 12 }).message).to.match(
      /room for 9 processes in all$/,
    );
    expect(judgeConnections(pool, { available: 97, used: 90 }).level).to.equal("warning");
    expect(judgeConnections(pool, { available: 9, used: 1 }).level).to.equal("warning");
    const pools = { databasePoolSize: 10, workers: 4 };
    expect(judgeConnections(pools, { available: 40, used: 1 }).level).to.equal("ok");
    expect(judgeConnections(pools, { available: 39, used: 1 })).to.include({
      level: "warning",
      message: "DATABASE_POOL_SIZE is 10 for each of 4 workers, PostgreSQL accepts 39 and has 1",
    });

    expect(judgeTimeout({ isPooled: false, roleMs: 0 }).level).to.equal("ok");
    expect(judgeTimeout({ isPooled: true, roleMs: 5000 }).level).to.equal("ok");
    expect(judgeTimeout({ isPooled: true, roleMs: 0 }).level).to.equal("warning");
  });
});
