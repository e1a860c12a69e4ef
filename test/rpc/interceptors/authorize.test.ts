import { createContextValues, type UnaryRequest } from "@connectrpc/connect";
import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { principalKey } from "../../../src/caller.js";
import { assertAccessDeclared, authorize } from "../../../src/rpc/interceptors/authorize.js";
import { rejectionReason } from "../../support/rejection.js";
import { fakeAuthenticate } from "../fake-services.js";
import { sampleMethod } from "../sample-method.js";

/** Passes a call of a method with this access through the interceptor, signed in by `token`. */
async function pass(access: Access | null, token: string | null): Promise<void> {
  const contextValues = createContextValues();
  if (token !== null) contextValues.set(principalKey, await fakeAuthenticate(token));
  const request = { method: sampleMethod({ access }), contextValues } as unknown as UnaryRequest;
  await authorize(async () => ({}) as never)(request);
}

describe("authorize", () => {
  it("lets every signed-in user call PUBLIC, OPTIONAL and USER methods", async () => {
    for (const access of [Access.PUBLIC, Access.OPTIONAL, Access.USER]) await pass(access, "john");
  });

  it("lets callers who are not signed in call what authenticate lets them", async () => {
    for (const access of [Access.PUBLIC, Access.OPTIONAL]) await pass(access, null);
  });

  it("lets only administrators call an ADMIN method", async () => {
    await pass(Access.ADMIN, "admin");
    expect(await rejectionReason(pass(Access.ADMIN, "john"))).to.equal("ADMIN_REQUIRED");
  });

  it("refuses every user a method without access, or with an unknown one", async () => {
    for (const access of [null, Access.UNSPECIFIED, 99 as Access]) {
      for (const token of ["john", "admin"]) {
        expect(await rejectionReason(pass(access, token))).to.equal("ADMIN_REQUIRED");
      }
    }
  });
});

describe("assertAccessDeclared", () => {
  it("accepts every method of the services", () => {
    assertAccessDeclared(
      [AuthService, ProfileService, AccountService, WhitelistService].flatMap(({ methods }) => [...methods]),
    );
  });

  it("names the methods that declare no access", () => {
    expect(() => assertAccessDeclared([sampleMethod({ access: null })])).to.throw(
      /sample\.v1\.SampleService\.Find/,
    );
    expect(() => assertAccessDeclared([sampleMethod({ access: Access.UNSPECIFIED })])).to.throw(/Find/);
  });

  it("names the methods that declare an unknown access", () => {
    expect(() => assertAccessDeclared([sampleMethod({ access: 99 as Access })])).to.throw(/Find/);
  });
});
