import type { DescMethod } from "@bufbuild/protobuf";
import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { assertLimitedByAddress, type Policy, policiesOf } from "../../src/rate-limits/policies.js";
import { sampleMethod } from "../rpc/sample-method.js";

const limitsOf = (method: DescMethod) =>
  policiesOf(method).map(({ limit, by, of }) => `${limit} by ${by}${of ? ` of ${of}` : ""}`);

describe("policies", () => {
  it("match the contract", () => {
    const methods = [...AuthService.methods, ...ProfileService.methods, ...AccountService.methods];
    const named = Object.fromEntries(methods.map((method) => [method.name, limitsOf(method)]));
    expect(named).to.include.keys("Register", "Activate", "ResendCode", "Login", "RefreshToken", "Logout");
    expect(named).to.deep.include({
      Register: ["register by ip"],
      Activate: ["activate by ip", "phone_based by phone"],
      ResendCode: ["resend_code_ip by ip", "resend_code by phone"],
      Login: ["login by ip"],
      RefreshToken: ["auth by session"],
      Logout: ["auth by session"],
      RequestSecondFactor: ["sensitive by user", "user by user"],
      ConfirmSecondFactor: ["activate by user", "user by user"],
      CancelPhoneChange: ["activate by ip"],
      RequestAccountDeletion: ["sensitive by user of signed-in", "forgot by ip of signed-out"],
      ConfirmAccountDeletion: ["activate by ip"],
      GetProfile: ["user by user"],
      ListAccounts: ["admin by user"],
      SetAccountActive: ["admin by user"],
    });
  });

  it("give a method without limits of its own the limit of its access", () => {
    const of = (access: Access) => limitsOf(sampleMethod({ access }));
    expect(of(Access.PUBLIC)).to.deep.equal(["anon by ip"]);
    expect(of(Access.OPTIONAL)).to.deep.equal(["anon by ip"]);
    expect(of(Access.USER)).to.deep.equal(["user by user"]);
    expect(of(Access.ADMIN)).to.deep.equal(["admin by user"]);
    expect(of(Access.SUPERUSER)).to.deep.equal(["admin by user"]);
  });
});

describe("assertLimitedByAddress", () => {
  const services = [AuthService, ProfileService, AccountService, WhitelistService];
  const check = (access: Access, ...by: Policy["by"][]) =>
    assertLimitedByAddress([sampleMethod({ access })], () => by.map((each) => ({ limit: "anon", by: each })));

  it("accepts every method of the services", () => {
    assertLimitedByAddress(services.flatMap((service): readonly DescMethod[] => service.methods));
  });

  it("names a method that callers without an account can call uncounted", () => {
    for (const access of [Access.PUBLIC, Access.OPTIONAL]) {
      expect(() => check(access)).to.throw(/sample\.v1\.SampleService\.Find/);
      expect(() => check(access, "phone")).to.throw(/Find/);
      expect(() => check(access, "user")).to.throw(/Find/);
      check(access, "phone", "ip");
      check(access, "session");
    }
  });

  it("doesn't count a limit by address that only signed-in callers have", () => {
    const checkOf = (of: Policy["of"]) =>
      assertLimitedByAddress([sampleMethod({ access: Access.OPTIONAL })], () => [
        { limit: "anon", by: "ip", ...(of && { of }) },
      ]);
    expect(() => checkOf("signed-in")).to.throw(/Find/);
    checkOf("signed-out");
    checkOf(undefined);
  });

  it("lets methods that need an account count by account", () => {
    for (const access of [Access.USER, Access.ADMIN, Access.SUPERUSER]) check(access, "user");
  });
});
