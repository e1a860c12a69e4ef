import { create } from "@bufbuild/protobuf";
import { type ContextValues, createContextValues, type UnaryRequest } from "@connectrpc/connect";
import { expect } from "chai";
import { AuthService, LoginRequestSchema } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { callerKey, type Principal, principalKey, servicePrincipalKey } from "../../../src/caller.js";
import { DomainError } from "../../../src/errors.js";
import { authenticate } from "../../../src/rpc/interceptors/authenticate.js";
import { rejection } from "../../support/rejection.js";
import { fakeAuthenticate, fakeVerifyService } from "../fake-services.js";
import { sampleMethod } from "../sample-method.js";

const nobody = callerKey.defaultValue;

/** Passes a call with this Authorization header through the interceptor; resolves with what the call knows then. */
async function passCall(method: UnaryRequest["method"], authorization?: string): Promise<ContextValues> {
  let values: ContextValues | undefined;
  const request = {
    stream: false,
    method,
    service: method.parent,
    message: create(LoginRequestSchema),
    contextValues: createContextValues().set(callerKey, { ...nobody, authorization: authorization ?? null }),
  } as unknown as UnaryRequest;
  const call = authenticate({ verifyAccessToken: fakeAuthenticate, verifyServiceToken: fakeVerifyService })(
    async (passed) => {
      values = passed.contextValues;
      return {} as never;
    },
  );
  await call(request);
  if (values === undefined) throw new Error("the call was not let through");
  return values;
}

async function pass(method: UnaryRequest["method"], authorization?: string): Promise<Principal | null> {
  return (await passCall(method, authorization)).get(principalKey);
}

async function reasonFor(method: UnaryRequest["method"], authorization?: string): Promise<string> {
  const error = await rejection(pass(method, authorization));
  return error instanceof DomainError ? error.reason : String(error);
}

describe("authenticate", () => {
  const { getProfile, confirmPasswordChange, confirmPhoneChange } = ProfileService.method;

  it("lets any caller call a PUBLIC method, and ignores the header", async () => {
    expect(await pass(AuthService.method.login)).to.equal(null);
    expect(await pass(AuthService.method.login, "Bearer nonsense")).to.equal(null);
  });

  it("passes the principal to a USER method", async () => {
    expect((await pass(getProfile, "Bearer john"))?.user.id).to.equal(7);
  });

  it("accepts the scheme in any case", async () => {
    expect((await pass(getProfile, "bEARER  john"))?.user.id).to.equal(7);
  });

  const badHeaders = [
    "",
    "Bearer",
    "Bearer ",
    "john",
    "Basic john",
    "Bearer john john",
    "Bearer john, Bearer john",
    "Bearer jo;hn",
    "Bearer somebody-else",
  ];

  for (const header of [undefined, ...badHeaders]) {
    it(`refuses ${JSON.stringify(header)} at a USER method`, async () => {
      expect(await reasonFor(getProfile, header)).to.equal("UNAUTHENTICATED");
    });
  }

  for (const method of [confirmPasswordChange, confirmPhoneChange]) {
    it(`passes the principal to ${method.name}, which is OPTIONAL, if there is a token`, async () => {
      expect(await pass(method)).to.equal(null);
      expect((await pass(method, "Bearer john"))?.user.id).to.equal(7);
    });
  }

  for (const header of badHeaders) {
    it(`refuses ${JSON.stringify(header)} at an OPTIONAL method`, async () => {
      expect(await reasonFor(confirmPasswordChange, header)).to.equal("UNAUTHENTICATED");
    });
  }

  it("passes the principal to an ADMIN method, whoever it is", async () => {
    const method = sampleMethod({ access: Access.ADMIN });
    expect((await pass(method, "Bearer john"))?.user.isStaff).to.equal(false);
    expect(await reasonFor(method)).to.equal("UNAUTHENTICATED");
  });

  it("passes the service to a SERVICE method, and no user", async () => {
    const method = sampleMethod({ access: Access.SERVICE, scope: "users.read" });
    const values = await passCall(method, "Bearer billing");
    expect(values.get(servicePrincipalKey)?.name).to.equal("billing");
    expect(values.get(principalKey)).to.equal(null);
    expect(await reasonFor(method, "Bearer admin")).to.equal("SCOPE_REQUIRED");
    for (const header of [undefined, ...badHeaders.filter((each) => each !== "john")]) {
      const reason = await reasonFor(method, header?.replace("john", "billing"));
      expect(reason, JSON.stringify(header)).to.equal("UNAUTHENTICATED");
    }
  });

  it("passes no service to any other method", async () => {
    for (const access of [Access.USER, Access.ADMIN, Access.SUPERUSER, Access.OPTIONAL]) {
      expect(await reasonFor(sampleMethod({ access }), "Bearer billing")).to.equal("UNAUTHENTICATED");
    }
    const values = await passCall(sampleMethod({ access: Access.PUBLIC }), "Bearer billing");
    expect(values.get(servicePrincipalKey)).to.equal(null);
  });

  it("refuses calls without a token of a method without access, or with an unknown one", async () => {
    for (const access of [null, Access.UNSPECIFIED, 99 as Access]) {
      expect(await reasonFor(sampleMethod({ access }))).to.equal("UNAUTHENTICATED");
    }
  });
});
