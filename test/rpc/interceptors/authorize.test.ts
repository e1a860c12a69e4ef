import type { DescMethod } from "@bufbuild/protobuf";
import { type ContextValues, createContextValues, type UnaryRequest } from "@connectrpc/connect";
import { expect } from "chai";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { API_SERVICES } from "../../../src/app.js";
import { principalKey, servicePrincipalKey } from "../../../src/caller.js";
import { assertAccessDeclared, authorize } from "../../../src/rpc/interceptors/authorize.js";
import { rejectionReason } from "../../support/rejection.js";
import { fakeAuthenticate, fakeVerifyService } from "../fake-services.js";
import { sampleMethod } from "../sample-method.js";

type SampleOptions = Parameters<typeof sampleMethod>[0];

/** Passes a call of a method through the interceptor. */
async function passCall(
  options: SampleOptions,
  contextValues: ContextValues,
  demandsSecondFactor = false,
): Promise<void> {
  const request = { method: sampleMethod(options), contextValues } as unknown as UnaryRequest;
  await authorize({ demandsSecondFactor })(async () => ({}) as never)(request);
}

/** Passes a call of a method with this access through the interceptor, signed in by `token`. */
async function pass(access: Access | null, token: string | null): Promise<void> {
  const contextValues = createContextValues();
  if (token !== null) contextValues.set(principalKey, await fakeAuthenticate(token));
  await passCall({ access }, contextValues);
}

/** The same, where the second step is demanded, which the session has passed or not. */
async function passDemanding(access: Access, token: string, hasSecondFactor: boolean): Promise<void> {
  const principal = { ...(await fakeAuthenticate(token)), hasSecondFactor };
  await passCall({ access }, createContextValues().set(principalKey, principal), true);
}

/** The same, from the service of `token`. */
async function passService(options: SampleOptions, token: string | null): Promise<void> {
  const contextValues = createContextValues();
  if (token !== null) contextValues.set(servicePrincipalKey, await fakeVerifyService(token));
  await passCall(options, contextValues);
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

  it("lets only superusers call a SUPERUSER method", async () => {
    await pass(Access.SUPERUSER, "root");
    for (const token of ["admin", "john"]) {
      expect(await rejectionReason(pass(Access.SUPERUSER, token))).to.equal("SUPERUSER_REQUIRED");
    }
    await pass(Access.ADMIN, "root");
  });

  it("lets only sessions that passed the second step call the methods for administrators, where that is demanded", async () => {
    for (const access of [Access.ADMIN, Access.SUPERUSER]) {
      expect(await rejectionReason(passDemanding(access, "root", false))).to.equal(
        "REAUTHENTICATION_REQUIRED",
      );
      await passDemanding(access, "root", true);
    }
    for (const hasSecondFactor of [true, false]) {
      const call = (access: Access, token: string) => passDemanding(access, token, hasSecondFactor);
      expect(await rejectionReason(call(Access.ADMIN, "john"))).to.equal("ADMIN_REQUIRED");
      expect(await rejectionReason(call(Access.SUPERUSER, "admin"))).to.equal("SUPERUSER_REQUIRED");
      expect(await rejectionReason(call(99 as Access, "root"))).to.equal("ADMIN_REQUIRED");
      for (const access of [Access.PUBLIC, Access.OPTIONAL, Access.USER]) {
        for (const token of ["john", "admin", "root"]) await call(access, token);
      }
    }
  });

  it("lets only services with the method's scope call a SERVICE method", async () => {
    const method = { access: Access.SERVICE, scope: "users.read" };
    await passService(method, "billing");
    expect(await rejectionReason(passService(method, "idle"))).to.equal("SCOPE_REQUIRED");
    expect(await rejectionReason(passService({ ...method, scope: "tokens.introspect" }, "billing"))).to.equal(
      "SCOPE_REQUIRED",
    );
  });

  it("lets no user call a SERVICE method, nor anybody whom authenticate has let pass by mistake", async () => {
    expect(await rejectionReason(pass(Access.SERVICE, "admin"))).to.equal("SCOPE_REQUIRED");
    const method = { access: Access.SERVICE, scope: "users.read" };
    expect(await rejectionReason(passService(method, null))).to.equal("SCOPE_REQUIRED");
  });

  it("lets nobody call a SERVICE method that has no scope", async () => {
    expect(await rejectionReason(passService({ access: Access.SERVICE }, "billing"))).to.equal(
      "SCOPE_REQUIRED",
    );
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
    assertAccessDeclared(API_SERVICES.flatMap(({ methods }) => [...methods] as DescMethod[]));
  });

  it("names the methods that declare no access", () => {
    expect(() => assertAccessDeclared([sampleMethod({ access: null })])).to.throw(
      /sample\.v1\.SampleService\.Find/,
    );
    expect(() => assertAccessDeclared([sampleMethod({ access: Access.UNSPECIFIED })])).to.throw(/Find/);
  });

  it("names the methods that are for services and have no scope, and the reverse", () => {
    expect(() => assertAccessDeclared([sampleMethod({ access: Access.SERVICE })])).to.throw(/scope.*Find/);
    expect(() =>
      assertAccessDeclared([sampleMethod({ access: Access.ADMIN, scope: "users.read" })]),
    ).to.throw(/scope.*Find/);
    assertAccessDeclared([sampleMethod({ access: Access.SERVICE, scope: "users.read" })]);
  });

  it("names the methods that declare an unknown access", () => {
    expect(() => assertAccessDeclared([sampleMethod({ access: 99 as Access })])).to.throw(/Find/);
  });
});
