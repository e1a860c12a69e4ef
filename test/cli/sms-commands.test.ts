import { expect } from "chai";
import { newPhone } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

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

  it("exits with 2 on an invalid number and sends nothing", async () => {
    const result = await cli.run(["sms", "test", "12"]);
    expect(result).to.include({ code: 2, out: "" });
  });
});
