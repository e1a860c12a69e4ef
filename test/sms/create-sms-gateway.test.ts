import { expect } from "chai";
import { readConfig } from "../../src/config.js";
import { createSmsGateway } from "../../src/sms/create-sms-gateway.js";
import { createLogger } from "../../src/system/logger.js";

describe("createSmsGateway", () => {
  const logger = createLogger("silent");

  it("creates the console gateway by default", async () => {
    const lines: string[] = [];
    const gateway = await createSmsGateway(readConfig({}).sms, { logger, print: (line) => lines.push(line) });
    await gateway.sendActivationCode("+237670000001", "012345");
    expect(lines).to.deep.equal(["Code d'activation pour +237670000001: 012345"]);
  });

  it("creates the Twilio gateway when it is configured", async () => {
    const config = readConfig({
      SMS_PROVIDER: "twilio",
      TWILIO_ACCOUNT_SID: `AC${"1".repeat(32)}`,
      TWILIO_AUTH_TOKEN: "twilio-auth-token",
      TWILIO_FROM_NUMBER: "+12025550100",
    });
    const printed: string[] = [];
    const gateway = await createSmsGateway(config.sms, { logger, print: (line) => printed.push(line) });
    expect(gateway).to.have.all.keys(
      "sendActivationCode",
      "sendVerificationCode",
      "sendConfirmation",
      "sendNotice",
      "sendGuessingNotice",
      "isAvailable",
    );
    expect(printed).to.deep.equal([]);
  });
});
