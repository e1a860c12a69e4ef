import { expect } from "chai";
import { DomainError, overloaded } from "../../../src/errors.js";
import { createRpcHandler } from "../../../src/rpc/rpc-handler.js";
import { useFakeServer } from "../fake-server.js";

describe("logCalls", () => {
  const fake = useFakeServer(createRpcHandler);

  /** Makes one call, and reads the one line that it logs. */
  async function lineOf(method: string, body = "{}", headers = {}): Promise<Record<string, unknown>> {
    await fetch(`${fake.url}/waterbill.identity.v1.${method}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
    expect(fake.lines).to.have.length(1);
    return JSON.parse(fake.lines[0]!);
  }

  it("writes one line for a call: method, caller, status and duration", async () => {
    const line = await lineOf("ProfileService/GetProfile", "{}", { authorization: "Bearer john" });
    expect(line).to.include({
      level: 30,
      method: "waterbill.identity.v1.ProfileService/GetProfile",
      protocol: "connect",
      status: "ok",
      requestId: "a-request",
      address: "192.0.2.1",
      userId: 7,
    });
    expect(line.ms).to.be.a("number").and.within(0, 10_000);
  });

  it("has no user when the caller isn't signed in", async () => {
    expect(await lineOf("ProfileService/GetProfile")).not.to.have.property("userId");
  });

  it("has status and reason of a refusal, which is not logged as an error", async () => {
    fake.services.before = () => {
      throw new DomainError("CREDENTIALS_REJECTED");
    };
    const line = await lineOf("AuthService/Login", '{"phone":"675799743","password":"Motdepasse123!"}');
    expect(line).to.include({ level: 30, status: "unauthenticated", reason: "CREDENTIALS_REJECTED" });
    expect(line).not.to.have.property("err");
  });

  it("contains nothing of request and response", async () => {
    await lineOf("AuthService/Login", '{"phone":"675799743","password":"Motdepasse123!"}', {
      authorization: "Bearer a-secret-token",
    });
    expect(fake.lines[0]).not.to.match(/675799743|Motdepasse|a-secret-token|access-token/);
  });

  it("logs an unexpected failure with its stack, as an error", async () => {
    fake.services.before = () => {
      throw new TypeError("x is not a function", { cause: new Error("of the database") });
    };
    const line = await lineOf("AuthService/Login", '{"phone":"675799743","password":"x"}');
    expect(line).to.include({ level: 50, status: "internal", reason: "INTERNAL" });
    expect(line.err).to.nested.include({ type: "TypeError", "cause.type": "Error" });
    expect(line.err).to.have.property("stack").and.include("fake-services");
    expect(line.err).to.have.nested.property("cause.stack").and.include("log-calls.test.ts");
    expect(fake.lines[0]).not.to.match(/not a function|of the database/);
  });

  it("logs why the service is unavailable, as an error", async () => {
    fake.services.before = () => {
      throw overloaded(1, Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" }));
    };
    const line = await lineOf("AuthService/Login", '{"phone":"675799743","password":"x"}');
    expect(line).to.include({ level: 50, status: "unavailable", reason: "OVERLOADED" });
    expect(line.err).to.nested.include({ message: "OVERLOADED", "cause.code": "ECONNREFUSED" });
    expect(fake.lines[0]).not.to.include("connection refused");
  });
});
