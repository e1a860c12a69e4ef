import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { useTestService } from "../support/service.js";
import { newPhone, registered } from "../support/test-context.js";
import { expectRefusal, useAllClients } from "./all-protocols.js";

const { login, activate, refreshToken } = AuthService.method;

// These count in memory, by the test's clock: in Redis, by a real clock, calls leave a window while a busy machine is slow.
const inMemory = { REDIS_URL: "" };

describe("limits over the wire", () => {
  const service = useTestService({ environment: inMemory, scope: "test" });
  const protocols = useAllClients(service, "test");

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${service.origin}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  it("refuse the 16th login in a minute, across protocols, paths and spoofed addresses", async () => {
    const input = { phone: newPhone(), password: "wrong" };
    for (let call = 0; call < 15; call += 1) {
      // Another number each time: ten wrong passwords in a row make one wait.
      const wrong = { ...input, phone: newPhone() };
      const { header } = await expectRefusal(protocols[call % 5]!.call(login, wrong), "CREDENTIALS_REJECTED");
      expect(header.get("x-ratelimit-limit"), protocols[call % 5]!.name).to.equal("15");
      expect(header.get("x-ratelimit-remaining")).to.equal(String(14 - call));
    }
    for (const protocol of protocols) {
      const { header } = await expectRefusal(protocol.call(login, input), "RATE_LIMITED");
      expect(header.get("retry-after"), protocol.name).to.equal("60");
      expect(header.get("x-ratelimit-remaining")).to.equal("0");
      const inMinute = Number(header.get("x-ratelimit-reset")) - service.context.clock.now().getTime() / 1000;
      expect(inMinute).to.equal(60);
    }
    for (const path of ["/api/login", "/api/auth/login", "/api/login/"]) {
      const forged = { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" };
      expect((await post(path, input, forged)).status, path).to.equal(429);
    }
    service.context.clock.advance(60);
    await expectRefusal(protocols[0]!.call(login, input), "CREDENTIALS_REJECTED");
  });

  it("say over REST when to retry, in English or, on request, in French", async () => {
    const input = { phone: newPhone(), password: "wrong" };
    for (let call = 0; call < 15; call += 1) await post("/api/login/", input);
    const read = async (headers = {}) => (await post("/api/login/", input, headers)).json();
    const english = (await read()) as { status: string; message: string; data: object };
    expect(english).to.deep.include({ status: "error", data: {} });
    expect(english.message).to.match(/^Request was throttled\. Expected available in \d+ seconds\.$/);
    const french = (await read({ "accept-language": "fr" })) as { message: string };
    expect(french.message).to.match(/^Trop de requêtes\. Réessayez dans \d+ secondes\.$/);
  });

  it("count all spellings of a phone number together, and charge nothing for a refused call", async () => {
    const phone = await registered(service.context);
    const spellings = [phone, ` ${phone.slice(1)}`, `00${phone.slice(1)}`, `tel:${phone}`, `(${phone})`];
    const responses = [];
    for (const spelling of spellings)
      responses.push(await protocols[4]!.call(activate, { phone: spelling, code: "x" }));
    expect(responses.map(({ reason }) => reason)).to.deep.equal([
      "CODE_INCORRECT",
      "CODE_INCORRECT",
      "CODE_INCORRECT",
      "RATE_LIMITED",
      "RATE_LIMITED",
    ]);
    const other = { phone: newPhone(), code: "x" };
    await expectRefusal(protocols[0]!.call(activate, other), "CODE_INCORRECT");
    await expectRefusal(protocols[1]!.call(activate, other), "CODE_INCORRECT");
    await expectRefusal(protocols[2]!.call(activate, other), "RATE_LIMITED");
  });

  it("count a request that can't be read", async () => {
    for (let call = 0; call < 30; call += 1) await post("/api/token/refresh/", { refresh: [call] });
    await expectRefusal(protocols[0]!.call(refreshToken, { refresh: "x" }), "RATE_LIMITED");
  });
});

describe("limits behind a trusted proxy", () => {
  const service = useTestService({ environment: { ...inMemory, TRUSTED_PROXIES: "127.0.0.1" } });

  it("count each client that the proxy names separately", async () => {
    const login = (forwarded: string) =>
      fetch(`${service.origin}/api/login/`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": forwarded },
        body: JSON.stringify({ phone: newPhone(), password: "wrong" }),
      });
    for (let call = 0; call < 15; call += 1) {
      expect((await login(`${call}.1.1.1, 203.0.113.7`)).status).to.equal(401);
    }
    expect((await login("9.9.9.9, 203.0.113.7")).status).to.equal(429);
    expect((await login("203.0.113.7, 203.0.113.8")).status).to.equal(401);
  });
});
