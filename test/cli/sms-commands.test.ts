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

  it("exits with 2 on an invalid number and sends nothing", async () => {
    const result = await cli.run(["sms", "test", "12"]);
    expect(result).to.include({ code: 2, out: "" });
  });
});
