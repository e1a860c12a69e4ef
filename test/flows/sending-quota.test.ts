import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { useTestService } from "../support/service.js";
import { registered } from "../support/test-context.js";
import { accepted, expectRefusal, useAllClients } from "./all-protocols.js";

const { resendCode } = AuthService.method;

describe("the sending quota of a number over the wire", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  it("describes itself, not a window of the limiter, when it refuses the sixth code of a day", async () => {
    const { clock } = service.context;
    const phone = await registered(service.context);
    const firstSentAt = clock.now().getTime() / 1000;
    for (let sends = 2; sends <= 5; sends += 1) {
      clock.advance(60);
      await accepted(protocols[0]!.call(resendCode, { phone }));
    }
    clock.advance(60);
    for (const protocol of protocols) {
      const { header } = await expectRefusal(protocol.call(resendCode, { phone }), "RATE_LIMITED");
      const figures = ["limit", "remaining", "reset"].map((name) =>
        Number(header.get(`x-ratelimit-${name}`)),
      );
      expect(figures, protocol.name).to.deep.equal([5, 0, firstSentAt + 86_400]);
      expect(Number(header.get("retry-after")), protocol.name).to.equal(86_400 - 300);
    }
  });
});
