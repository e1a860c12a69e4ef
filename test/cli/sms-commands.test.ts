import { expect } from "chai";
import { systemClock } from "../../src/system/clock.js";
import { newPhone } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("sms budget", () => {
  const cli = useCli();

  it("prints what is used and allowed, and explains it", async () => {
    const environment = {
      SMS_BUDGET: "total=10/hour,20/day;country=5/hour;address=5/day",
      SMS_COUNTRIES: "+237,+33",
    };
    const empty = await cli.run(["sms", "budget"], { environment });
    expect(empty.out).to.match(/^running\ncountries\t\+237,\+33\ntotal\t-\t0\/10\t0\/20\n\nThe columns/);
    const scopes = { country: "237", address: "203.0.113.7" };
    await cli.context.app.smsCounts.add(null, scopes, systemClock.now(), { sent: 1, failed: 0 });
    const { out, code } = await cli.run(["sms", "budget", "--json"], { environment });
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.deep.equal({
      is_paused: false,
      countries: ["+237", "+33"],
      budgets: [
        { budget: "total", of: null, hour: { used: 1, limit: 10 }, day: { used: 1, limit: 20 } },
        { budget: "address", of: "203.0.113.7", hour: { used: 1, limit: null }, day: { used: 1, limit: 5 } },
        { budget: "country", of: "+237", hour: { used: 1, limit: 5 }, day: { used: 1, limit: null } },
      ],
    });
    const paused = await cli.run(["sms", "budget"], { environment: { SMS_PAUSED: "true" } });
    expect(paused.out).to.match(
      /^paused\tSMS_PAUSED=true: no message leaves\ncountries\tthose on the whitelist\n/,
    );
  });
});

describe("sms test", () => {
  const cli = useCli();

  it("prints whether the gateway is available, and sends a sample text", async () => {
    const phone = newPhone();
    const { code, out, error } = await cli.run(["sms", "test", phone.slice(1)]);
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    expect(out.split("\n")).to.deep.equal([
      "gateway available",
      `Code d'activation pour ${phone}: 123456`,
      `sent to ${phone}`,
      "",
    ]);
  });

  it("prints one JSON object on the standard output, and the console's text beside it", async () => {
    const phone = newPhone();
    const { code, out, error } = await cli.run(["sms", "test", phone, "--json"]);
    expect({ code, error }).to.deep.equal({ code: 0, error: `Code d'activation pour ${phone}: 123456\n` });
    expect(JSON.parse(out)).to.deep.equal({ is_available: true, sent_to: phone });
  });

  it("needs no database, and in production a gateway that sends", async () => {
    const environment = { NODE_ENV: "production", DATABASE_URL: "" };
    const command = ["sms", "test", newPhone()];
    const refused = await cli.run(command, { environment });
    expect(refused).to.include({ code: 2, out: "" });
    expect(refused.error).to.match(/^The configuration is invalid:\n {2}SMS_PROVIDER: [^\n]*\n$/);
    const allowed = await cli.run(command, { environment: { ...environment, ALLOW_CONSOLE_SMS: "true" } });
    expect(allowed).to.include({ code: 0, error: "" });
  });

  it("sends nothing while SMS are paused", async () => {
    const environment = { SMS_PAUSED: "true" };
    const result = await cli.run(["sms", "test", newPhone()], { environment });
    expect(result).to.deep.equal({ code: 2, out: "", error: "SMS_PAUSED is true: no message leaves.\n" });
  });

  it("exits with 2 on an invalid number and sends nothing", async () => {
    const result = await cli.run(["sms", "test", "12"]);
    expect(result).to.include({ code: 2, out: "" });
  });
});
