import { expect } from "chai";
import { mayHaveBeenSent, twilioFailure } from "../../src/sms/twilio-failure.js";
import { createLogger } from "../../src/system/logger.js";
import { expectNoSecret, hostileErrors } from "../support/hostile-errors.js";

describe("twilioFailure", () => {
  it("returns code and status of an error, and no other value", () => {
    const lines: string[] = [];
    const logger = createLogger("debug", { write: (line) => lines.push(line) });
    for (const { error, code } of hostileErrors()) {
      const failure = twilioFailure(error);
      logger.error(failure, "Twilio did not take the SMS");
      expect(failure.providerCode).to.equal(code);
    }
    expectNoSecret(lines.join(""), "twilio");
  });

  it("accepts only valid codes and statuses", () => {
    for (const code of ["012345", 487_913, 237670000001, "+237670000001", { secret: true }]) {
      expect(twilioFailure({ code, status: code })).to.deep.equal({});
    }
    expect(twilioFailure({ code: 21_211, status: 400 })).to.deep.equal({
      providerCode: 21_211,
      providerStatus: 400,
    });
    expect(mayHaveBeenSent(twilioFailure({ status: 0 }))).to.equal(true);
  });
});
