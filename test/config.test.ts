import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ConfigError, type ConfigScope, readConfig } from "../src/config.js";

const production = {
  NODE_ENV: "production",
  DATABASE_URL: "postgres://waterbill:secret@db/waterbill",
  REDIS_URL: "redis://redis:6379",
  TOKEN_SECRET: "t".repeat(32),
  CODE_SECRET: "c".repeat(32),
  SMS_PROVIDER: "twilio",
  TWILIO_ACCOUNT_SID: "AC123",
  TWILIO_AUTH_TOKEN: "token",
  TWILIO_FROM_NUMBER: "+15005550006",
};

function problems(environment: Record<string, string | undefined>, scope?: ConfigScope): string {
  try {
    readConfig(environment, scope);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error("the configuration was accepted");
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
    const source = readFileSync(new URL("../src/config.ts", import.meta.url), "utf8");
    const example = readFileSync(new URL("../.env.example", import.meta.url), "utf8");
    const known = [...source.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name);
    const shown = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(known).to.have.length.above(30);
    expect(shown).to.have.members(known);
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
    expect(config.trustedProxies).to.deep.equal(["10.0.0.0/8", "::1"]);
    expect(config.frontendUrl).to.equal("https://app.example/base");
  });

  it("names every error at once, and no value", () => {
    const message = problems({ PORT: "70000", LIMIT_LOGIN: "0/minute", TOKEN_SECRET: "too-short-secret" });
    expect(message).to.include("PORT").and.include("LIMIT_LOGIN").and.include("TOKEN_SECRET");
    expect(message).not.to.include("too-short-secret");
  });

  it("accepts a complete production configuration, and names what is missing", () => {
    expect(readConfig(production).sms).to.include({ provider: "twilio", accountSid: "AC123" });
    for (const name of ["DATABASE_URL", "REDIS_URL", "TOKEN_SECRET", "CODE_SECRET"]) {
      expect(problems({ ...production, [name]: undefined })).to.include(name);
    }
  });

  it("requires in production only what the process uses", () => {
    const database = { NODE_ENV: "production", DATABASE_URL: production.DATABASE_URL };
    expect(readConfig(database, "database").databaseUrl).to.equal(production.DATABASE_URL);
    expect(problems({ NODE_ENV: "production" }, "database")).to.match(/:\n {2}DATABASE_URL: [^\n]*$/);
    const sms = { ...production, DATABASE_URL: "", REDIS_URL: "", TOKEN_SECRET: "", CODE_SECRET: "" };
    expect(readConfig(sms, "sms").sms.provider).to.equal("twilio");
    expect(problems({ NODE_ENV: "production" }, "sms")).to.match(/:\n {2}SMS_PROVIDER: [^\n]*$/);
  });

  it("refuses the console gateway in production unless it is allowed", () => {
    const console = { ...production, SMS_PROVIDER: "console" };
    expect(problems(console)).to.include("ALLOW_CONSOLE_SMS");
    expect(readConfig({ ...console, ALLOW_CONSOLE_SMS: "true" }).sms).to.deep.equal({ provider: "console" });
  });

  it("names the missing Twilio variable when others are set", () => {
    const message = problems({ TWILIO_ACCOUNT_SID: "AC123", TWILIO_FROM_NUMBER: "+15005550006" });
    expect(message).to.include("TWILIO_AUTH_TOKEN").and.not.include("TWILIO_FROM_NUMBER");
  });
});
