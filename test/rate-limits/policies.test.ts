import type { DescMethod } from "@bufbuild/protobuf";
import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { defaultPolicy, policiesOf } from "../../src/rate-limits/policies.js";

const limitsOf = (method: DescMethod) => policiesOf(method).map(({ limit, by }) => `${limit} by ${by}`);

describe("policies", () => {
  it("match the contract", () => {
    const methods = [...AuthService.methods, ...ProfileService.methods, ...AccountService.methods];
    const named = Object.fromEntries(methods.map((method) => [method.name, limitsOf(method)]));
    expect(named).to.include.keys("Register", "Activate", "ResendCode", "Login", "RefreshToken", "Logout");
    expect(named).to.deep.include({
      Register: ["register by ip"],
      Activate: ["activate by ip", "phone_based by phone"],
      ResendCode: ["resend_code by phone"],
      Login: ["login by ip"],
      RefreshToken: ["auth by ip"],
      Logout: ["auth by ip"],
      GetProfile: ["user by user"],
      ListAccounts: ["admin by user"],
      SetAccountActive: ["admin by user"],
    });
  });

  it("give a method without limits of its own the limit of its access", () => {
    expect(defaultPolicy(AuthService.method.login)).to.deep.equal({ limit: "anon", by: "ip" });
    expect(defaultPolicy(AuthService.method.logout)).to.deep.equal({ limit: "user", by: "user" });
    const { confirmPhoneChange } = ProfileService.method;
    expect(defaultPolicy(confirmPhoneChange)).to.deep.equal({ limit: "anon", by: "ip" });
  });
});
