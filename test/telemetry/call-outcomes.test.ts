import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { outcomesOf } from "../../src/telemetry/call-outcomes.js";

const nameOf = (method: { parent: { typeName: string }; name: string }) =>
  `${method.parent.typeName}/${method.name}`;

describe("the outcomes of a call", () => {
  const { register, activate, login, refreshToken, confirmPasswordReset } = AuthService.method;
  const { confirmPasswordChange, confirmPhoneChange, getProfile } = ProfileService.method;

  it("are what its success means", () => {
    const outcomes = (method: Parameters<typeof nameOf>[0]) => outcomesOf(nameOf(method), true, undefined);
    expect(outcomes(register)).to.deep.equal([{ counter: "registrations", labels: {} }]);
    expect(outcomes(activate)).to.deep.equal([
      { counter: "activations", labels: {} },
      { counter: "codes", labels: { purpose: "activation", event: "verified" } },
    ]);
    expect(outcomes(login)).to.deep.equal([{ counter: "sessions", labels: { event: "opened" } }]);
    expect(outcomes(refreshToken)).to.deep.equal([{ counter: "sessions", labels: { event: "refreshed" } }]);
    for (const [method, purpose] of [
      [confirmPasswordReset, "password_reset"],
      [confirmPasswordChange, "password_change"],
      [confirmPhoneChange, "phone_change"],
    ] as const) {
      expect(outcomes(method)).to.deep.equal([{ counter: "codes", labels: { purpose, event: "verified" } }]);
    }
    expect(outcomes(getProfile)).to.deep.equal([]);
  });

  it("are a refused code for each reason that is about the code", () => {
    const refused = [{ counter: "codes", labels: { purpose: "activation", event: "refused" } }];
    for (const reason of ["CODE_INCORRECT", "CODE_EXPIRED", "CODE_LOCKED"]) {
      expect(outcomesOf(nameOf(activate), false, reason), reason).to.deep.equal(refused);
    }
    for (const reason of ["RATE_LIMITED", "INVALID_REQUEST", undefined]) {
      expect(outcomesOf(nameOf(activate), false, reason), reason).to.deep.equal([]);
    }
    expect(outcomesOf(nameOf(login), false, "CODE_INCORRECT")).to.deep.equal([]);
  });

  it("are a refused sign-in for wrong credentials, an inactive account and a limit, and not for our own fault", () => {
    for (const reason of ["CREDENTIALS_REJECTED", "ACCOUNT_NOT_ACTIVATED", "RATE_LIMITED"]) {
      expect(outcomesOf(nameOf(login), false, reason)).to.deep.equal([
        { counter: "signInsRefused", labels: { reason } },
      ]);
    }
    expect(outcomesOf(nameOf(login), false, "OVERLOADED")).to.deep.equal([]);
    expect(outcomesOf("grpc.health.v1.Health/Check", true, undefined)).to.deep.equal([]);
  });
});
