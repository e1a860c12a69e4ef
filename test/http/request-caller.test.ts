import type { IncomingHttpHeaders } from "node:http";
import { expect } from "chai";
import type { NodeRequest } from "../../src/http/node-handler.js";
import { requestCaller } from "../../src/http/request-caller.js";

const deps = {
  trustsProxy: (address: string) => address === "127.0.0.1",
  random: { uuid: () => "a-new-uuid" },
};

function callerWith(headers: IncomingHttpHeaders) {
  return requestCaller(deps, { headers, socket: { remoteAddress: "127.0.0.1" } } as NodeRequest);
}

describe("caller of a request", () => {
  it("has the address that the trusted proxy reports", () => {
    expect(callerWith({ "x-forwarded-for": "1.1.1.1, 198.51.100.1" }).address).to.equal("198.51.100.1");
  });

  it("has the User-Agent as it was sent", () => {
    expect(callerWith({ "user-agent": "WaterBill/2.1 (Android 14)" }).userAgent).to.equal(
      "WaterBill/2.1 (Android 14)",
    );
    expect(callerWith({}).userAgent).to.equal("");
  });

  it("keeps a valid request id of the client", () => {
    for (const id of ["a", "550e8400-e29b-41d4-a716-446655440000", "A_b.c-1", "x".repeat(64)]) {
      expect(callerWith({ "x-request-id": id }).requestId).to.equal(id);
    }
  });

  it("generates a request id when there is none or an invalid one", () => {
    for (const id of ["", "x".repeat(65), "a b", "a\nb", "a\r\nSet-Cookie: a", "é", "<script>", "a, b"]) {
      expect(callerWith({ "x-request-id": id }).requestId, id).to.equal("a-new-uuid");
    }
    expect(callerWith({}).requestId).to.equal("a-new-uuid");
  });

  const languages: [header: string | undefined, language: string, asked: boolean][] = [
    [undefined, "fr", false],
    ["", "fr", false],
    ["*", "fr", false],
    ["de", "fr", false],
    ["de, *;q=0.5", "fr", false],
    ["en", "en", true],
    ["fr", "fr", true],
    ["EN-gb", "en", true],
    ["fr-CM,fr;q=0.9,en;q=0.8", "fr", true],
    ["en;q=0.8,fr;q=0.9", "fr", true],
    ["fr;q=0.1,en;q=0.9", "en", true],
    ["de,en;q=0.3", "en", true],
    ["en;q=0", "fr", false],
    ["en;q=0,fr;q=0.1", "fr", true],
    ["en;q=0,*", "fr", false],
    ["fr;q=0,*", "en", true],
    ["fr;q=0,*;q=0", "fr", false],
    ["fr;q=0.5,*", "en", true],
    ["*,en;q=0.5", "fr", false],
    ["en,*;q=0.5", "en", true],
    ["english", "fr", false],
    ["en;q=nonsense", "fr", false],
    [`${"x,".repeat(127)}en`, "en", true],
    [`${"x,".repeat(128)}en`, "fr", false],
    [";;;,,,===", "fr", false],
  ];
  for (const [header, language, asked] of languages) {
    it(`maps Accept-Language ${JSON.stringify(header?.slice(0, 30))} to ${language}`, () => {
      const headers = header === undefined ? {} : { "accept-language": header };

      expect(callerWith(headers)).to.include({ language, isLanguageRequested: asked });
    });
  }
});
