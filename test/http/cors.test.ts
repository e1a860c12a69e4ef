import { cors as connectCors } from "@connectrpc/connect";
import { expect } from "chai";
import { createCors } from "../../src/http/cors.js";
import type { NodeRequest, NodeResponse } from "../../src/http/node-handler.js";
import { limitHeaders } from "../../src/rate-limits/limit-headers.js";

const LISTED = "https://app.example.com";
const PREFLIGHT = { origin: LISTED, "access-control-request-method": "POST" };

describe("CORS", () => {
  const cors = createCors({
    origins: [LISTED, "http://localhost:5173"],
    isExcluded: (path) => path === "/oauth2/token",
  });

  function send(method: string, headers: Record<string, string>, path = "/ping/", handle = cors) {
    const set = new Map<string, string>();
    let isEnded = false;
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: unknown) => void set.set(name, String(value)),
      end: () => {
        isEnded = true;
      },
    };
    const request = { method, headers } as unknown as NodeRequest;
    const isPreflight = handle(request, response as unknown as NodeResponse, path);
    expect(isEnded).to.equal(isPreflight);
    return { isPreflight, status: response.statusCode, headers: set };
  }

  const listOf = (text: string | undefined) => text?.toLowerCase().split(", ") ?? [];

  it("tells a listed origin that it may read the response, and which headers", () => {
    for (const origin of [LISTED, "http://localhost:5173"]) {
      const { isPreflight, headers } = send("GET", { origin });
      expect(isPreflight).to.equal(false);
      expect([...headers.keys()]).to.deep.equal([
        "access-control-allow-origin",
        "access-control-expose-headers",
      ]);
      expect(headers.get("access-control-allow-origin")).to.equal(origin);
      expect(listOf(headers.get("access-control-expose-headers"))).to.include.members([
        ...Object.keys(limitHeaders({ limit: 1, remaining: 1, resetAt: 1 })),
        ...["retry-after", "x-request-id", "content-language", "traceresponse", "www-authenticate"],
        ...["content-disposition", "date", "grpc-status", "grpc-message", "grpc-status-details-bin"],
        ...connectCors.exposedHeaders.map((name) => name.toLowerCase()),
      ]);
    }
  });

  it("answers the preflight of a listed origin", () => {
    const { isPreflight, status, headers } = send("OPTIONS", PREFLIGHT);
    expect({ isPreflight, status }).to.deep.equal({ isPreflight: true, status: 204 });
    expect([...headers.keys()]).to.have.members([
      ...["access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers"],
      ...["access-control-max-age", "vary"],
    ]);
    expect(headers.get("access-control-allow-origin")).to.equal(LISTED);
    expect(headers.get("access-control-max-age")).to.equal("7200");
    expect(listOf(headers.get("access-control-allow-methods"))).to.include.members([
      ...["put", "patch", "delete"],
      ...connectCors.allowedMethods.map((name) => name.toLowerCase()),
    ]);
    expect(listOf(headers.get("access-control-allow-headers"))).to.include.members([
      ...["authorization", "content-type", "accept-language", "traceparent", "tracestate", "x-request-id"],
      ...connectCors.allowedHeaders.map((name) => name.toLowerCase()),
    ]);
    expect(listOf(headers.get("vary"))).to.include.members([
      ...["origin", "access-control-request-method", "access-control-request-headers"],
    ]);
  });

  it("sees no preflight in an OPTIONS that asks for no method", () => {
    for (const asked of [{}, { "access-control-request-method": "" }]) {
      expect(send("OPTIONS", { origin: LISTED, ...asked }).isPreflight).to.equal(false);
    }
    expect(send("POST", PREFLIGHT).isPreflight).to.equal(false);
  });

  it("does nothing for any other origin, or for none", () => {
    for (const origin of [
      "https://app.example.com.",
      "https://app.example.com/",
      "https://app.example.com:443",
      "https://app.example.com:8443",
      "https://APP.example.com",
      "HTTPS://app.example.com",
      "http://app.example.com",
      "https://app.example.com.evil.example",
      "https://evil-app.example.com",
      "https://evil.example/https://app.example.com",
      "https://sub.app.example.com",
      "https://example.com",
      "https://app.example.com, https://app.example.com",
      "https://app.example.com https://evil.example",
      "http://localhost",
      "http://127.0.0.1:5173",
      "null",
      "*",
      "",
    ]) {
      for (const method of ["GET", "OPTIONS"]) {
        const { isPreflight, headers } = send(method, { ...PREFLIGHT, origin });
        expect([isPreflight, headers.size], origin).to.deep.equal([false, 0]);
      }
    }
    const { origin, ...rest } = PREFLIGHT;
    expect(send("OPTIONS", rest).headers.size).to.equal(0);
  });

  it("does nothing on excluded paths, nor without listed origins", () => {
    expect(send("POST", { origin: LISTED }, "/oauth2/token").headers.size).to.equal(0);
    expect(send("OPTIONS", PREFLIGHT, "/oauth2/token").isPreflight).to.equal(false);
    const off = createCors({ origins: [], isExcluded: () => false });
    expect(send("OPTIONS", PREFLIGHT, "/ping/", off)).to.deep.include({ isPreflight: false, status: 200 });
  });
});
