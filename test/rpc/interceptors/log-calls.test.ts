import { expect } from "chai";
import { DomainError, overloaded } from "../../../src/errors.js";
import { createRpcHandler } from "../../../src/rpc/rpc-handler.js";
import { useFakeServer } from "../fake-server.js";

describe("logCalls", () => {
  const fake = useFakeServer(createRpcHandler);

  /** Makes one call, and reads the one line that it leaves. */
  async function lineOf(method: string, body = "{}", headers = {}): Promise<Record<string, unknown>> {
    await fetch(`${fake.url}/waterbill.identity.v1.${method}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
    expect(fake.lines).length(1);
    return JSON.parse(fake.lines[0]!);
  }

  it("writes one line for a call: what, by whom, how it ended, how long it took", async () => {
    const line = await lineOf("ProfileService/GetProfile", "{}", { authorization: "Bearer john" });
    expect(line).include({
      level: 30,
      method: "waterbill.identity.v1.ProfileService/GetProfile",
      protocol: "connect",
      status: "ok",
      requestId: "a-request",
      address: "192.0.2.1",
      userId: 7,
    });
    expect(line.ms).a("number").within(0, 10_000);
  });

  it("knows no user where nobody is signed in", async () => {
    expect(await lineOf("ProfileService/GetProfile")).not.have.property("userId");
  });

  it("gives status and reason of a refusal, which is no error", async () => {
    fake.services.before = () => {
      throw new DomainError("CREDENTIALS_REJECTED");
    };
    const line = await lineOf("AuthService/Login", '{"phone":"675799743","password":"Motdepasse123!"}');
    expect(line).include({ level: 30, status: "unauthenticated", reason: "CREDENTIALS_REJECTED" });
    expect(line).not.have.property("err");
  });

  it("says nothing of what a call holds", async () => {
    await lineOf("AuthService/Login", '{"phone":"675799743","password":"Motdepasse123!"}', {
      authorization: "Bearer a-secret-token",
    });
    expect(fake.lines[0]).not.match(/675799743|Motdepasse|a-secret-token|access-token/);
  });

  it("shows an unexpected failure with its stack, as an error", async () => {
    fake.services.before = () => {
      throw new TypeError("x is not a function", { cause: new Error("of the database") });
    };
    const line = await lineOf("AuthService/Login", '{"phone":"1","password":"x"}');
    expect(line).include({ level: 50, status: "internal", reason: "INTERNAL" });
    expect(line.err).nested.include({ type: "TypeError", "cause.type": "Error" });
    expect(line.err).property("stack").contain("fake-services");
    expect(line.err).nested.property("cause.stack").contain("log-calls.test.ts");
    expect(fake.lines[0]).not.match(/not a function|of the database/);
  });

  it("shows why the service is unavailable, as an error", async () => {
    fake.services.before = () => {
      throw overloaded(1, Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" }));
    };
    const line = await lineOf("AuthService/Login", '{"phone":"1","password":"x"}');
    expect(line).include({ level: 50, status: "unavailable", reason: "OVERLOADED" });
    expect(line.err).nested.include({ message: "OVERLOADED", "cause.code": "ECONNREFUSED" });
    expect(fake.lines[0]).not.contain("connection refused");
  });
});
