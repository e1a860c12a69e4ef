import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { expect } from "chai";
import { ConfigError, examineConfig, readConfig } from "../src/config.js";
import { SECRET_VARIABLES } from "../src/config-files.js";
import type { ConfigScope } from "../src/config-rules.js";
import { environmentSchema } from "../src/config-variables.js";

const tokenSecret = "2PnrtGJ4ZbLvQyOIRnV9hZbkGMsJ1wqTvQG8uC0xFeE=";
const codeSecret = "9f86d081884c7d659a2feaa0c55ad015";
const keySecret = "q3Rk0bVt7yLm2Xc9WnZs5HdJfGpA8uEe";
const auditSecret = "J8vTq0c1mZ5yWn3RkX7hLpD2sBfGaEu4";
const production = {
  NODE_ENV: "production",
  DATABASE_URL: "postgres://waterbill:secret@db/waterbill",
  REDIS_URL: "redis://redis:6379",
  TOKEN_SECRET: tokenSecret,
  CODE_SECRET: codeSecret,
  KEY_ENCRYPTION_SECRET: keySecret,
  AUDIT_SECRET: auditSecret,
  SMS_PROVIDER: "twilio",
  TWILIO_ACCOUNT_SID: "AC123",
  TWILIO_AUTH_TOKEN: "token",
  TWILIO_FROM_NUMBER: "+15005550006",
};

/** The problems that the error lists, without its first line. */
function problems(
  environment: Record<string, string | undefined>,
  scope?: ConfigScope,
  readFile?: (path: string) => string,
): string[] {
  try {
    readConfig(environment, scope, readFile);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigError);
    const [head, ...lines] = (error as ConfigError).message.split("\n");
    expect(head).to.equal("The configuration is invalid:");
    return lines.map((line) => line.trim());
  }
  return [];
}

describe("configuration", () => {
  it("has the contract's defaults", () => {
    const config = readConfig({});
    expect(config).to.deep.include({ port: 8000, frontendUrl: "https://waterbill.app", trustedProxies: [] });
    expect(config.tokens).to.include({
      accessTtlSeconds: 900,
      refreshTtlSeconds: 604_800,
      reuseGraceSeconds: 10,
    });
    expect(config.limits.login).to.deep.equal([{ limit: 15, seconds: 60 }]);
    expect(config.limits.resend_code).to.deep.equal([
      { limit: 1, seconds: 60 },
      { limit: 5, seconds: 86_400 },
    ]);
    expect(config.limits.admin).to.deep.equal([{ limit: 1000, seconds: 3600 }]);
  });

  it("reads the variables of .env.example, and no others", () => {
    const example = readFileSync(new URL("../.env.example", import.meta.url), "utf8");
    const shown = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(shown).to.have.members(Object.keys(environmentSchema.shape));
    const [, list = ""] = /set <NAME>_FILE to its path, for ([^.]*)\./.exec(example) ?? [];
    expect(list.match(/[A-Z_]+/g)).to.deep.equal([...SECRET_VARIABLES]);
  });

  it("treats an empty variable like an absent one", () => {
    expect(readConfig({ PORT: "", DATABASE_URL: "" })).to.deep.equal(readConfig({}));
  });

  it("reads rates, lists and URLs", () => {
    const config = readConfig({
      LIMIT_LOGIN: " 3/second , 100/day ",
      TRUSTED_PROXIES: "10.0.0.0/8, ::1",
      FRONTEND_URL: "https://app.example/base/",
    });
    expect(config.limits.login).to.deep.equal([
      { limit: 3, seconds: 1 },
      { limit: 100, seconds: 86_400 },
    ]);
    expect(config.trustedProxies.map(({ network, bits }) => `${network}/${bits}`)).to.deep.equal([
      "10.0.0.0/8",
      "::1/128",
    ]);
    expect(config.frontendUrl).to.equal("https://app.example/base");
  });

  it("lets nobody undo a phone change for less than the hour that its message can speak of", () => {
    expect(problems({ PHONE_CHANGE_UNDO: "3599" })).to.deep.equal([
      "PHONE_CHANGE_UNDO: must be a whole number from 3600 to 2147483647",
    ]);
    expect(readConfig({ PHONE_CHANGE_UNDO: "3600" }).phoneChangeUndoSeconds).to.equal(3600);
  });

  it("names all errors at once, and no value", () => {
    const values = {
      NODE_ENV: "production",
      PORT: "70000",
      DATABASE_URL: "mysql://waterbill:hunter2@db/waterbill",
      TOKEN_SECRET: "too-short-secret",
      SMS_PROVIDER: "twilio",
      TWILIO_ACCOUNT_SID: "XX123",
      TWILIO_AUTH_TOKEN: "0123456789",
      LIMIT_LOGIN: "0/minute",
      TRUSTED_PROXIES: "nginx, 10.0.0.1, ::/0",
    };
    const found = problems(values);
    expect(found.map((problem) => problem.slice(0, problem.indexOf(":")))).to.deep.equal([
      "PORT",
      "DATABASE_URL",
      "TOKEN_SECRET",
      "TWILIO_ACCOUNT_SID",
      "TRUSTED_PROXIES",
      "LIMIT_LOGIN",
      "TWILIO_FROM_NUMBER",
      "REDIS_URL",
      "CODE_SECRET",
      "KEY_ENCRYPTION_SECRET",
      "TRUSTED_PROXIES",
    ]);
    for (const value of ["70000", "hunter2", "too-short-secret", "XX123", "0123456789", "nginx"]) {
      expect(found.join("\n")).not.to.include(value);
    }
  });

  it("names all that is missing in production", () => {
    expect(problems({ NODE_ENV: "production" })).to.deep.equal([
      "DATABASE_URL: is required in production",
      "REDIS_URL: is required in production",
      "TOKEN_SECRET: is required in production",
      "CODE_SECRET: is required in production",
      "KEY_ENCRYPTION_SECRET: is required in production",
      "SMS_PROVIDER: console prints codes instead of sending them; in production set twilio, or ALLOW_CONSOLE_SMS=true",
    ]);
    expect(readConfig(production).sms).to.include({ provider: "twilio", accountSid: "AC123" });
  });

  it("lets workers run only on a database and counters that they share", () => {
    const shared = { DATABASE_URL: "postgres://db/waterbill", REDIS_URL: "redis://redis" };
    expect(problems({ WORKERS: "2" })).to.deep.equal([
      "DATABASE_URL: is required for WORKERS",
      "REDIS_URL: is required for WORKERS",
    ]);
    expect(readConfig({ ...shared, WORKERS: "2" }).workers).to.equal(2);
    expect(readConfig({ ...shared, WORKERS: "auto" }).workers).to.equal(availableParallelism());
    expect(readConfig({}).workers).to.equal(null);
    for (const WORKERS of ["0", "1025", "-1", "1e3", "AUTO", "auto,2", " "]) {
      expect(problems({ ...shared, WORKERS }), WORKERS).to.deep.equal([
        "WORKERS: must be auto, or a whole number from 1 to 1024",
      ]);
    }
    // A command needs no workers.
    expect(readConfig({ WORKERS: "2" }, "database").workers).to.equal(2);
  });

  it("counts nothing unless the metrics have a port, which is another one than that of the service", () => {
    expect(readConfig({}).metrics).to.equal(null);
    expect(readConfig({ METRICS_PORT: "9464" }).metrics).to.deep.equal({ port: 9464, host: "127.0.0.1" });
    const open = { METRICS_PORT: "9464", METRICS_HOST: "0.0.0.0" };
    expect(readConfig(open).metrics).to.deep.equal({ port: 9464, host: "0.0.0.0" });
    for (const same of [{ METRICS_PORT: "8000" }, { METRICS_PORT: "8001", PORT: "8001" }]) {
      expect(problems(same)).to.deep.equal(["METRICS_PORT: must be another one than PORT"]);
    }
    expect(problems({ METRICS_PORT: "0", PORT: "0" })).to.deep.equal([]);
  });

  describe("with secrets in files", () => {
    const files: Record<string, string> = {
      "/run/secrets/url": `${production.DATABASE_URL}\n`,
      "/run/secrets/redis": "redis://redis:6379",
      "/run/secrets/token": `${tokenSecret}, ${keySecret}1 \r\n\n`,
      "/run/secrets/key": keySecret,
      "/run/secrets/code": codeSecret,
      "/run/secrets/audit": auditSecret,
      "/run/secrets/twilio": "token\n",
      "/run/secrets/headers": "x-key=key\n",
      "/run/secrets/blank": " \n",
      "/run/secrets/lines": `${tokenSecret}\n${keySecret}\n`,
      "/run/secrets/short": "too-short-secret",
    };
    function readFile(path: string): string {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
      return content;
    }
    const inFiles = {
      ...{ NODE_ENV: "production", SMS_PROVIDER: "twilio", TWILIO_ACCOUNT_SID: "AC123" },
      ...{ TWILIO_FROM_NUMBER: "+15005550006", TWILIO_AUTH_TOKEN_FILE: "/run/secrets/twilio" },
      ...{ DATABASE_URL_FILE: "/run/secrets/url", REDIS_URL_FILE: "/run/secrets/redis" },
      ...{ TOKEN_SECRET_FILE: "/run/secrets/token", KEY_ENCRYPTION_SECRET_FILE: "/run/secrets/key" },
      ...{ CODE_SECRET_FILE: "/run/secrets/code", AUDIT_SECRET_FILE: "/run/secrets/audit" },
      ...{ OTEL_EXPORTER_OTLP_HEADERS_FILE: "/run/secrets/headers" },
    };

    it("reads each as if it were in the environment, without white space at its end", () => {
      const inEnvironment = {
        ...production,
        TOKEN_SECRET: `${tokenSecret},${keySecret}1`,
        OTEL_EXPORTER_OTLP_HEADERS: "x-key=key",
      };
      expect(readConfig(inFiles, "server", readFile)).to.deep.equal(readConfig(inEnvironment));
      const { fromFiles } = examineConfig(inFiles, "server", readFile);
      expect([...fromFiles]).to.deep.equal([...SECRET_VARIABLES]);
      expect(readConfig({ DATABASE_URL_FILE: "" }, "server", readFile).databaseUrl).to.equal(undefined);
    });

    it("refuses a variable that is set twice", () => {
      const twice = { ...inFiles, TOKEN_SECRET: tokenSecret };
      expect(problems(twice, "server", readFile)).to.deep.equal([
        "TOKEN_SECRET: is set, and TOKEN_SECRET_FILE too; set one of them",
      ]);
    });

    it("names the variable of a file that gives no value, once, beside all other problems, and no content", () => {
      const broken = {
        ...inFiles,
        ...{ PORT: "70000", DATABASE_URL_FILE: "/run/secrets/none", CODE_SECRET_FILE: "/run/secrets/blank" },
        ...{ TOKEN_SECRET_FILE: "/run/secrets/lines", AUDIT_SECRET_FILE: "/run/secrets/short" },
      };
      expect(problems(broken, "server", readFile)).to.deep.equal([
        "DATABASE_URL_FILE: the file can't be read (ENOENT)",
        "TOKEN_SECRET_FILE: the file must have one line; several secrets are separated by commas",
        "CODE_SECRET_FILE: the file is empty",
        "PORT: must be a whole number from 0 to 65535",
        "AUDIT_SECRET: must have at least 32 characters, in each secret if there are several",
      ]);
    });
  });

  describe("describes the format that a variable must have", () => {
    const notNumbers = [
      "-1",
      "eight",
      "1e3",
      "0x10",
      "1.5",
      "NaN",
      "Infinity",
      " ",
      " 1",
      "99999999999",
      "८",
    ];
    const notChoices = ["yes", "TRUE", " ", "1", "Production"];
    const port = "must be a whole number from 0 to 65535";
    const positive = "must be a whole number from 1 to 2147483647";
    const postgres =
      "must be a URL like postgres://user:password@host:5432/database, with special characters percent-encoded";
    const redis =
      "must be a URL like redis://host:6379, rediss://user:password@host:6379/0, redis+sentinel://host:26379,host:26379/master or redis+cluster://host:6379,host:6379, with special characters percent-encoded";
    const web = "must be a URL like https://waterbill.app, without user name, password, query and fragment";
    const rates =
      "must look like 15/minute or 1/minute,5/day: whole numbers above 0, per second, minute, hour or day";
    const range = (index: number) => `entry ${index} must be an address or a range, like 10.0.0.0/8`;

    const cases: [names: string[], message: string, values: string[]][] = [
      [["PORT"], port, [...notNumbers, "99999", "65536"]],
      [["REFRESH_REUSE_GRACE"], "must be a whole number from 0 to 2147483647", notNumbers],
      [["PASSWORD_MIN_LENGTH"], "must be a whole number from 1 to 128", [...notNumbers, "0", "129"]],
      [["UV_THREADPOOL_SIZE"], "must be a whole number from 1 to 1024", [...notNumbers, "0", "1025"]],
      [
        ["DATABASE_POOL_SIZE", "ACCESS_TOKEN_TTL", "REFRESH_TOKEN_TTL", "PASSWORD_HASH_QUEUE"],
        positive,
        [...notNumbers, "0", "2147483648"],
      ],
      [["NODE_ENV"], "must be one of development, production, test", notChoices],
      [["LOG_LEVEL"], "must be one of trace, debug, info, warn, error, fatal, silent", notChoices],
      [
        ["OTEL_EXPORTER_OTLP_ENDPOINT"],
        web,
        ["collector:4318", "ftp://host", "http://user@host", "http://host?a"],
      ],
      [
        ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_RESOURCE_ATTRIBUTES"],
        "entry 2 must be a pair like name=value, with special characters percent-encoded",
        ["a=b,c", "a=b,=c", "a=b,c d=e", "a=b,c=%", "a=b,c=%0D%0Ad", "a=b,c=é"],
      ],
      [
        ["OTEL_TRACES_SAMPLER"],
        "must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio",
        [...notChoices, "jaeger_remote"],
      ],
      [
        ["OTEL_TRACES_SAMPLER_ARG"],
        "must be a number from 0 to 1, like 0.1",
        ["-0.1", "1.1", "2", "1e-1", "half"],
      ],
      [["PHONE_POLICY"], "must be one of length, possible, valid, mobile", notChoices],
      [["SMS_PROVIDER"], "must be one of console, twilio", notChoices],
      [["ALLOW_CONSOLE_SMS"], "must be true or false", ["yes", "TRUE", " ", "1"]],
      [["DEFAULT_REGION"], "must be a region like CM (ISO 3166-1 alpha-2)", ["cm", "Cameroon", " ", "XX"]],
      [
        ["HOST"],
        "must be an address or a host name",
        [" ", "local host", "http://localhost", "::1::", "a:80"],
      ],
      [["DATA_DIR", "REDIS_PREFIX", "TOKEN_ISSUER", "TOKEN_AUDIENCE"], "must not be blank", [" ", "\t"]],
      [
        ["TOKEN_SECRET", "CODE_SECRET", "KEY_ENCRYPTION_SECRET"],
        "must have at least 32 characters, in each secret if there are several",
        ["short", " ", "x".repeat(31), `${"x".repeat(32)},${"x".repeat(31)}`],
      ],
      [["ACCESS_TOKEN_ALG"], "must be one of ES256, EdDSA, RS256, HS256", ["none", "es256", "HS512"]],
      [["ACCESS_TOKEN_TYP"], "must be one of at+jwt, JWT", ["jwt", "rt+jwt"]],
      [
        ["AUDIT_SECRET"],
        "must have at least 32 characters, in each secret if there are several",
        ["short", " ", ",", "x".repeat(31), `${"x".repeat(32)},short`],
      ],
      [
        ["DATABASE_URL"],
        postgres,
        [
          "db",
          " ",
          "mysql://db/waterbill",
          "postgres:db",
          "postgres://",
          "postgres:///waterbill",
          "postgres://db:99999/waterbill",
          "postgres://waterbill:100%@db/waterbill",
          "postgres://water bill@db/waterbill",
          " postgres://db/waterbill",
        ],
      ],
      [
        ["REDIS_URL"],
        redis,
        [
          "redis",
          " ",
          "http://redis",
          "redis:6379",
          "redis://",
          "redis://redis:99999",
          "redis://redis/zero",
          "redis://a:6379,b:6379",
          "redis+sentinel://:hunter2@a:26379",
          "redis+cluster://:hunter2@a:6379/1",
        ],
      ],
      [
        ["FRONTEND_URL", "PUBLIC_URL"],
        web,
        [
          "waterbill.app",
          " ",
          "https://",
          "https:waterbill.app",
          "ftp://waterbill.app",
          "https://waterbill.app/?page=",
          "https://waterbill.app/#/",
          "https://waterbill.app?",
          "https://admin@waterbill.app",
          "https://:secret@waterbill.app",
        ],
      ],
      [["TRUSTED_PROXIES"], range(1), ["nginx", "10.0.0.0/33", "10/8", "1e3"]],
      [["TRUSTED_PROXIES"], range(2), ["10.0.0.1, nginx", "::1,fe80::1%eth0"]],
      [
        Object.keys(environmentSchema.shape).filter((name) => name.startsWith("LIMIT_")),
        rates,
        [
          "15",
          "0/minute",
          "-1/minute",
          "1e3/minute",
          "0x10/minute",
          "15/week",
          "15/minute,",
          " ",
          "a,b",
          "1.5/day",
        ],
      ],
      [["LIMIT_LOGIN"], "must contain each period once", ["1/minute,2/minute"]],
      [
        ["SHARED_NETWORKS"],
        "entry 1 must be a range and a factor from 1 to 9999, like 41.202.192.0/19*20; IPv6 up to /64",
        [
          ...[
            "41.202.192.0/19",
            "41.202.192.0/19*",
            "41.202.192.0/19*0",
            "41.202.192.0/33*2",
            "carrier*2",
            "*2",
          ],
          ...["2001:db8::/65*2", "2001:db8::1*2", "10.0.0.0/8*10000", "10.0.0.0/8*1.5", "10.0.0.0/8*2*2"],
        ],
      ],
    ];
    for (const [names, message, values] of cases) {
      for (const name of names) {
        it(`${name}: ${message}`, () => {
          for (const value of values) {
            expect(problems({ [name]: value }), JSON.stringify(value)).to.deep.equal([`${name}: ${message}`]);
          }
        });
      }
    }

    it("TWILIO_…: must start with AC, must not be blank", () => {
      const twilio = {
        SMS_PROVIDER: "twilio",
        TWILIO_ACCOUNT_SID: "XX",
        TWILIO_AUTH_TOKEN: " ",
        TWILIO_FROM_NUMBER: " ",
      };
      expect(problems(twilio)).to.deep.equal([
        "TWILIO_ACCOUNT_SID: must start with AC",
        "TWILIO_AUTH_TOKEN: must not be blank",
        "TWILIO_FROM_NUMBER: must not be blank",
      ]);
    });
  });

  it("accepts the forms of URLs, addresses and numbers that other programs accept", () => {
    for (const variables of [
      { DATABASE_URL: "postgresql://db" },
      { DATABASE_URL: "postgres://waterbill:100%25@[::1]:5432/waterbill?sslmode=require" },
      { DATABASE_URL: "postgres:///waterbill?host=/run/postgresql" },
      { REDIS_URL: "rediss://:secret@redis:6380/1" },
      { REDIS_URL: "redis://redis/" },
      { REDIS_URL: "rediss+sentinel://user:secret@a,b:26379/master/1?sentinelPassword=secret&ca=ca.pem" },
      { REDIS_URL: "rediss+cluster://user:secret@a:6379,[::1]:6379" },
      { FRONTEND_URL: "http://localhost:3000/app" },
      { HOST: "::" },
      { HOST: "localhost" },
      { PORT: "0" },
      { PORT: "65535" },
    ]) {
      expect(problems(variables), JSON.stringify(variables)).to.deep.equal([]);
    }
  });

  it("serves the documents of the API by default, but not in production", () => {
    expect(readConfig({}).servesDocs).to.equal(true);
    expect(readConfig({ DOCS: "false" }).servesDocs).to.equal(false);
    expect(readConfig(production).servesDocs).to.equal(false);
    expect(readConfig({ ...production, DOCS: "true" }).servesDocs).to.equal(true);
  });

  it("refuses placeholders as secrets in production", () => {
    const placeholder =
      "TOKEN_SECRET: must be random, not an example or a repetition; `openssl rand -base64 32` prints a good one";
    for (const secret of [
      "t".repeat(43),
      `${"t".repeat(42)}u`,
      "0123456789".repeat(4),
      "0123456789abcdef".repeat(2),
      "abcdefgh-".repeat(4).slice(0, -1),
      "changeme".repeat(4),
      "change-me-to-a-long-random-secret-string",
      "your-secret-key-here-at-least-32-characters",
      "please-replace-this-example-token-secret-1",
      "for-trying-out-only-for-trying-out-only",
      "for-trying-out-only-for-trying-out-only!",
    ]) {
      expect(problems({ ...production, TOKEN_SECRET: secret }), secret).to.deep.equal([placeholder]);
      expect(problems({ TOKEN_SECRET: secret }), secret).to.deep.equal([]);
    }
    for (const secret of [
      "6b86b273ff34fce19d6b804eff5a3f57",
      "prod-token-secret-2-9f86d081884c7d659a2feaa0c55ad015",
      "b5bb9d80-14a0-4f9b-9d61-b21e796d7dcc",
      "correct-horse-battery-staple-orbit-lamp",
    ]) {
      expect(problems({ ...production, TOKEN_SECRET: secret }), secret).to.deep.equal([]);
    }
  });

  it("refuses one secret for two purposes in production", () => {
    const equal = { TOKEN_SECRET: tokenSecret, CODE_SECRET: tokenSecret };
    expect(problems({ ...production, ...equal })).to.deep.equal(["CODE_SECRET: must not equal TOKEN_SECRET"]);
    expect(problems(equal)).to.deep.equal([]);
    const former = { ...production, TOKEN_SECRET: `${tokenSecret},${keySecret}` };
    expect(problems(former)).to.deep.equal(["KEY_ENCRYPTION_SECRET: must not equal TOKEN_SECRET"]);
    for (const [name, secret] of [
      ["TOKEN_SECRET", tokenSecret],
      ["CODE_SECRET", codeSecret],
    ] as const) {
      const audit = { AUDIT_SECRET: `${auditSecret}, ${secret}` };
      expect(problems({ ...production, ...audit })).to.deep.equal([`AUDIT_SECRET: must not equal ${name}`]);
      expect(problems(audit)).to.deep.equal([]);
    }
  });

  it("reads the secrets of the account history, the first of which seals it", () => {
    const old = "5e884898da28047151d0e56f8dc62927";
    expect(readConfig(production).auditSecrets).to.deep.equal([auditSecret]);
    const two = { ...production, AUDIT_SECRET: ` ${auditSecret} , ${old}` };
    expect(readConfig(two).auditSecrets).to.deep.equal([auditSecret, old]);
    expect(readConfig({}).auditSecrets).to.deep.equal([]);
    const weak = { ...production, AUDIT_SECRET: `${auditSecret},${"x".repeat(32)}` };
    expect(problems(weak)).to.have.length(1);
    expect(problems(weak)[0]).to.match(/^AUDIT_SECRET: must be random/);
  });

  it("reads the secrets of tokens, codes and keys, the first of which are used for new ones", () => {
    const old = "5e884898da28047151d0e56f8dc62927";
    const two = {
      ...production,
      TOKEN_SECRET: `${tokenSecret},${old}`,
      CODE_SECRET: `${codeSecret},${old}2`,
      KEY_ENCRYPTION_SECRET: `${keySecret}, ${old}1`,
    };
    const { tokenSecrets, codeSecrets, keyEncryptionSecrets } = readConfig(two);
    expect([tokenSecrets, codeSecrets, keyEncryptionSecrets]).to.deep.equal([
      [tokenSecret, old],
      [codeSecret, `${old}2`],
      [keySecret, `${old}1`],
    ]);
    expect(readConfig({}).tokenSecrets).to.deep.equal([]);
  });

  it("needs a secret of signing keys in production unless HS256 signs access tokens", () => {
    const without = { ...production, KEY_ENCRYPTION_SECRET: "" };
    const missing = ["KEY_ENCRYPTION_SECRET: is required in production"];
    expect(problems(without)).to.deep.equal(missing);
    expect(problems({ ...without, ACCESS_TOKEN_ALG: "RS256" })).to.deep.equal(missing);
    expect(problems({ ...without, ACCESS_TOKEN_ALG: "HS256" })).to.deep.equal([]);
    const command = { NODE_ENV: "production", DATABASE_URL: production.DATABASE_URL };
    expect(problems(command, "keys")).to.deep.equal(missing);
    expect(problems({ ...command, KEY_ENCRYPTION_SECRET: keySecret }, "keys")).to.deep.equal([]);
    expect(problems({ ...command, KEY_ENCRYPTION_SECRET: "x".repeat(43) }, "keys")).to.have.length(1);
  });

  it("names itself as issuer by the address at which it is reached, and keeps the former name of refresh tokens", () => {
    const issuers = (environment: Record<string, string>) => {
      const { issuer, formerIssuer } = readConfig(environment).tokens;
      return [issuer, formerIssuer];
    };
    const former = "https://identity.waterbill.app";
    expect(issuers({ PORT: "8080" })).to.deep.equal(["http://localhost:8080", former]);
    expect(issuers({ PUBLIC_URL: "https://id.example/" })).to.deep.equal(["https://id.example", former]);
    expect(issuers(production)).to.deep.equal([former, former]);
    const set = { PUBLIC_URL: "https://id.example", TOKEN_ISSUER: "me" };
    expect(issuers(set)).to.deep.equal(["me", "me"]);
  });

  it("warns in production when CODE_SECRET seals the account history", () => {
    const without = { ...production, AUDIT_SECRET: "" };
    const auditWarnings = (variables: Record<string, string>) =>
      readConfig(variables).warnings.filter((warning) => warning.startsWith("AUDIT_SECRET"));
    expect(auditWarnings(without)).to.deep.equal([
      "AUDIT_SECRET is not set, so CODE_SECRET also seals the account history: " +
        "if you change CODE_SECRET, add its old value to AUDIT_SECRET, so that the history stays verifiable",
    ]);
    for (const variables of [production, { ...without, NODE_ENV: "development" }]) {
      expect(auditWarnings(variables)).to.deep.equal([]);
    }
    expect(readConfig(without, "audit").warnings).to.deep.equal([]);
  });

  it("requires a secret of commands that record acts on accounts in production", () => {
    const database = { NODE_ENV: "production", DATABASE_URL: production.DATABASE_URL };
    const missing =
      "AUDIT_SECRET: is required in production for the account history; without one on the server, set its CODE_SECRET";
    expect(problems(database, "audit")).to.deep.equal([missing]);
    expect(problems({ NODE_ENV: "production" }, "audit")).to.deep.equal([
      "DATABASE_URL: is required in production",
      missing,
    ]);
    expect(problems({ ...database, AUDIT_SECRET: auditSecret }, "audit")).to.deep.equal([]);
    expect(problems({ ...database, CODE_SECRET: codeSecret }, "audit")).to.deep.equal([]);
    // The other secret is only the server's.
    const weak = { ...database, CODE_SECRET: "x".repeat(43), TOKEN_SECRET: "x".repeat(43) };
    expect(problems(weak, "audit")).to.have.length(1);
    expect(problems({ ...database, NODE_ENV: "development" }, "audit")).to.deep.equal([]);
  });

  it("refuses to trust the whole address space in production", () => {
    for (const range of ["0.0.0.0/0", "::/0", "::ffff:0:0/96", "203.0.113.9/0"]) {
      expect(problems({ ...production, TRUSTED_PROXIES: `10.0.0.1,${range}` }), range).to.deep.equal([
        "TRUSTED_PROXIES: entry 2 is the whole address space, so anybody could forge an address",
      ]);
      expect(problems({ TRUSTED_PROXIES: range }), range).to.deep.equal([]);
    }
  });

  it("requires in production only what the process uses", () => {
    const database = { NODE_ENV: "production", DATABASE_URL: production.DATABASE_URL };
    expect(readConfig(database, "database").databaseUrl).to.equal(production.DATABASE_URL);
    expect(problems({ NODE_ENV: "production" }, "database")).to.deep.equal([
      "DATABASE_URL: is required in production",
    ]);
    const sms = { ...production, DATABASE_URL: "", REDIS_URL: "", TOKEN_SECRET: "", CODE_SECRET: "" };
    expect(readConfig(sms, "sms").sms.provider).to.equal("twilio");
    const [problem, ...others] = problems({ NODE_ENV: "production" }, "sms");
    expect(problem).to.match(/^SMS_PROVIDER: /);
    expect(others).to.deep.equal([]);
    // Commands use neither the secrets nor the proxies.
    const unused = { ...database, TOKEN_SECRET: "x".repeat(43), TRUSTED_PROXIES: "0.0.0.0/0" };
    expect(problems(unused, "database")).to.deep.equal([]);
  });

  it("refuses the console gateway in production unless it is allowed", () => {
    const console = { ...production, SMS_PROVIDER: "console" };
    const [problem = "", ...others] = problems(console);
    expect(others).to.deep.equal([]);
    expect(problem).to.match(/^SMS_PROVIDER: .*ALLOW_CONSOLE_SMS=true; the TWILIO_ variables alone/);
    const allowed = readConfig({ ...console, ALLOW_CONSOLE_SMS: "true" });
    expect(allowed.sms).to.deep.equal({ provider: "console" });
    expect(allowed.warnings.filter((warning) => warning.startsWith("SMS_PROVIDER"))).to.have.length(1);
  });

  it("warns in production when clients need not carry their registration", () => {
    const warnings = (environment: Record<string, string>) =>
      readConfig(environment).warnings.filter((warning) =>
        warning.startsWith("ACTIVATION_NEEDS_REGISTRATION"),
      );
    expect(warnings(production)).to.have.length(1);
    expect(warnings({ ...production, ACTIVATION_NEEDS_REGISTRATION: "true" })).to.deep.equal([]);
    expect(warnings({})).to.deep.equal([]);
  });

  it("demands no second step of administrators by default, and warns of that in production", () => {
    const warnings = (environment: Record<string, string>) =>
      readConfig(environment).warnings.filter((warning) => warning.startsWith("ADMIN_SECOND_FACTOR"));
    expect(readConfig({}).demandsSecondFactor).to.equal(false);
    expect(readConfig({ ADMIN_SECOND_FACTOR: "sms" }).demandsSecondFactor).to.equal(true);
    expect(problems({ ADMIN_SECOND_FACTOR: "true" })[0]).to.match(/^ADMIN_SECOND_FACTOR: /);
    expect(warnings(production)).to.have.length(1);
    expect(warnings({ ...production, ADMIN_SECOND_FACTOR: "sms" })).to.deep.equal([]);
    expect(warnings({})).to.deep.equal([]);
  });

  it("links to this machine unless PUBLIC_URL is set, and warns about its default in production", () => {
    const warnings = (environment: Record<string, string>) =>
      readConfig(environment).warnings.filter((warning) => warning.startsWith("PUBLIC_URL"));
    expect(readConfig({ PORT: "8080" }).publicUrl).to.equal("http://localhost:8080");
    expect(warnings({})).to.deep.equal([]);
    expect(readConfig(production).publicUrl).to.equal("https://identity.waterbill.app");
    expect(warnings(production)).to.have.length(1);
    const named = { ...production, PUBLIC_URL: "https://id.example/base/" };
    expect(readConfig(named).publicUrl).to.equal("https://id.example/base");
    expect(warnings(named)).to.deep.equal([]);
  });

  it("warns if production sends the console's cookies in clear text", () => {
    const warnings = (environment: Record<string, string>) =>
      readConfig(environment).warnings.filter((warning) => warning.startsWith("PUBLIC_URL is not https"));
    const clear = { PUBLIC_URL: "http://id.example" };
    expect(warnings({ ...production, ...clear })).to.have.length(1);
    expect(warnings({ ...production, ...clear, CONSOLE: "false" })).to.deep.equal([]);
    expect(warnings({ ...production, PUBLIC_URL: "https://id.example" })).to.deep.equal([]);
    expect(warnings(clear)).to.deep.equal([]);
    expect(readConfig({ CONSOLE: "false" }).servesConsole).to.equal(false);
    expect(readConfig(production).servesConsole).to.equal(true);
  });

  it("allows no web pages of other origins unless they are listed, as browsers send them", () => {
    const origins = (list: string) => readConfig({ CORS_ALLOWED_ORIGINS: list }).corsAllowedOrigins;
    expect(readConfig({}).corsAllowedOrigins).to.deep.equal([]);
    expect(origins("")).to.deep.equal([]);
    expect(origins(" https://app.example.com ,http://localhost:5173,")).to.deep.equal([
      "https://app.example.com",
      "http://localhost:5173",
    ]);
    expect(
      origins("https://app.example.com:8443,http://[::1]:3000,https://xn--bcher-kva.example"),
    ).to.have.length(3);
    for (const origin of [
      "*",
      "null",
      "app.example.com",
      "//app.example.com",
      "https://",
      "https://*.example.com",
      "https://app.example.com/",
      "https://app.example.com/path",
      "https://app.example.com?a",
      "https://app.example.com#a",
      "https://app.example.com:443",
      "http://app.example.com:80",
      "https://app.example.com:",
      "https://app.example.com:99999",
      "https://user@app.example.com",
      "https://APP.example.com",
      "HTTPS://app.example.com",
      "https://bücher.example",
      "https://app .example.com",
      "https://app.exa\nmple.com",
      "ftp://app.example.com",
      "capacitor://localhost",
      "file://",
    ]) {
      const [problem = "", ...others] = problems({ CORS_ALLOWED_ORIGINS: `https://a.example,${origin}` });
      expect(others, origin).to.deep.equal([]);
      expect(problem, origin).to.match(
        /^CORS_ALLOWED_ORIGINS: entry 2 must be an origin as browsers send it/,
      );
    }
  });

  it("warns in production about web pages that are not protected by TLS", () => {
    const warnings = (environment: Record<string, string>) =>
      readConfig(environment).warnings.filter((warning) => warning.startsWith("CORS_ALLOWED_ORIGINS"));
    const inClearText = { CORS_ALLOWED_ORIGINS: "https://a.example,http://app.example.com" };
    expect(warnings({ ...production, ...inClearText })).to.have.length(1);
    expect(warnings(inClearText)).to.deep.equal([]);
    const local = "http://localhost:5173,http://app.localhost,http://127.0.0.1:3000,http://[::1]:3000";
    expect(warnings({ ...production, CORS_ALLOWED_ORIGINS: `https://a.example,${local}` })).to.deep.equal([]);
    for (const host of ["localhost.example", "evil-localhost", "127.0.0.1.example"]) {
      expect(warnings({ ...production, CORS_ALLOWED_ORIGINS: `http://${host}` }), host).to.have.length(1);
    }
  });

  it("warns about a Twilio account that is not used", () => {
    const { SMS_PROVIDER, ...twilio } = production;
    const unused = { ...twilio, NODE_ENV: "development" };
    expect(readConfig(unused).warnings).to.deep.equal([
      "SMS_PROVIDER is not twilio: messages are printed instead of sent, and the TWILIO_ variables are not used",
    ]);
    expect(readConfig({ ...unused, SMS_PROVIDER }).warnings).to.deep.equal([]);
    expect(readConfig({}).warnings).to.deep.equal([]);
  });

  it("warns about a ratio that no sampler uses", () => {
    const ratio = { OTEL_TRACES_SAMPLER_ARG: "0.05" };
    expect(readConfig(ratio).warnings).to.deep.equal([
      "OTEL_TRACES_SAMPLER_ARG is not used: OTEL_TRACES_SAMPLER is neither traceidratio nor parentbased_traceidratio",
    ]);
    for (const used of ["traceidratio", "parentbased_traceidratio"]) {
      expect(readConfig({ ...ratio, OTEL_TRACES_SAMPLER: used }).warnings).to.deep.equal([]);
    }
    expect(readConfig({ OTEL_TRACES_SAMPLER_ARG: "1" }).warnings).to.deep.equal([]);
  });

  it("names the missing Twilio variable when others are set", () => {
    expect(problems({ TWILIO_ACCOUNT_SID: "AC123", TWILIO_FROM_NUMBER: "+15005550006" })).to.deep.equal([
      "TWILIO_AUTH_TOKEN: is required for Twilio",
    ]);
  });
});
