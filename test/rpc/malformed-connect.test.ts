import { once } from "node:events";
import { connect } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { Code } from "@connectrpc/connect";
import { expect } from "chai";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { useFakeServer } from "./fake-server.js";
import { binaryLogin as binary, invalidUtf8, jsonLogin as json, loginPath } from "./login-request.js";
import { readConnectError } from "./protocols.js";

describe("a malformed request of Connect", () => {
  const fake = useFakeServer(createRpcHandler);

  const post = (body: string | Uint8Array | Blob, headers: Record<string, string> = {}, path = loginPath) =>
    fetch(fake.url + path, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });

  async function expectRefusal(response: Response, message: string, fields = {}): Promise<void> {
    expect(response.status).to.equal(400);
    expect(response.headers.get("content-type")).to.equal("application/json");
    expect(await readConnectError(response)).to.deep.include({
      code: Code.InvalidArgument,
      reason: "INVALID_REQUEST",
      domain: "identity.waterbill",
      locale: "fr",
      message,
      fields,
    });
    expect(fake.services.received).to.be.empty;
  }

  const notJson = "Le corps de la requête n'est pas un objet JSON valide.";
  const unreadable = "Le corps de la requête est illisible.";
  const tooLarge = "Le corps de la requête est trop volumineux.";

  for (const body of ["", "{", '{"phone":}', "[]", '"text"', "null", "12", "[".repeat(60_000)]) {
    it(`is refused: ${JSON.stringify(body.slice(0, 20))}`, async () => {
      await expectRefusal(await post(body), notJson);
    });
  }

  for (const value of ["5", "true", '["675799743"]', '{"a":1}', '"\\ud800"']) {
    it(`is refused with the field: a phone of ${value}`, async () => {
      const response = await post(`{"phone":${value},"password":"x"}`);
      await expectRefusal(response, "Données invalides.", { phone: "Cette valeur n'a pas le bon type." });
    });
  }

  it("is refused when a field is present in both spellings", async () => {
    const response = await post(
      '{"passwordConfirm":"a","password_confirm":"b"}',
      {},
      loginPath.replace("Login", "Register"),
    );
    expect((await readConnectError(response)).fields).to.have.property("password_confirm");
  });

  it("is refused when it isn't UTF-8", async () => {
    await expectRefusal(await post(Buffer.from('{"phone":"\xff"}', "latin1")), unreadable);
  });

  it("is refused when its protobuf is broken, or not UTF-8", async () => {
    const headers = { "content-type": "application/proto" };
    await expectRefusal(await post(binary.subarray(0, 5), headers), unreadable);
    await expectRefusal(await post(invalidUtf8, headers), unreadable);
  });

  it("is refused when it is too large, with or without a declared length or compression", async () => {
    const large = Buffer.alloc(65_537, " ");
    await expectRefusal(await post(large), tooLarge);
    await expectRefusal(
      await post(gzipSync(Buffer.alloc(10_000_000)), { "content-encoding": "gzip" }),
      tooLarge,
    );
    const chunked = new Blob([large]).stream();
    const init = { duplex: "half" } as RequestInit;
    const response = await fetch(fake.url + loginPath, {
      ...init,
      method: "POST",
      body: chunked,
      headers: { "content-type": "application/json" },
    });
    await expectRefusal(response, tooLarge);
  });

  it("is refused without being read to its end", async () => {
    const { hostname, port } = new URL(fake.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${loginPath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{`,
    );
    const [data] = await once(socket, "data");
    expect(String(data)).to.match(/^HTTP\/1\.1 400 /);
    socket.destroy();
  });

  it("is refused when it isn't compressed as declared", async () => {
    await expectRefusal(await post(json, { "content-encoding": "gzip" }), unreadable);
  });

  it("is refused as unimplemented, with the supported encodings, when its compression is unknown", async () => {
    const response = await post(brotliCompressSync(json), { "content-encoding": "br" });
    expect(response.status).to.equal(501);
    expect(response.headers.get("accept-encoding")).to.equal("gzip");
    expect(await readConnectError(response)).to.include({
      code: Code.Unimplemented,
      reason: "INVALID_REQUEST",
    });
  });

  it("is refused with an invalid timeout", async () => {
    await expectRefusal(await post(json, { "connect-timeout-ms": "soon" }), unreadable);
  });

  for (const type of ["text/plain", "application/json; charset=latin1", "application/connect+json", ""]) {
    it(`is refused with 415: ${type || "no content type"}`, async () => {
      const response = await post(new Blob([json]), { "content-type": type });
      expect(response.status).to.equal(415);
      expect(await readConnectError(response)).to.include({
        reason: "INVALID_REQUEST",
        message: "Ce type de contenu n'est pas pris en charge.",
      });
    });
  }

  it("is refused with 405 and the allowed methods", async () => {
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const response = await fetch(fake.url + loginPath, { method });
      expect(response.status).to.equal(405);
      expect(response.headers.get("allow")).to.equal("POST");
      expect((await readConnectError(response)).reason).to.equal("INVALID_REQUEST");
    }
  });

  it("is unimplemented when there is no such method", async () => {
    const response = await post(json, {}, "/waterbill.identity.v1.AuthService/Nothing");
    expect(response.status).to.equal(404);
    expect(await readConnectError(response)).to.include({ code: Code.Unimplemented });
  });

  it("is authenticated and logged like any other", async () => {
    const response = await post("{", {}, "/waterbill.identity.v1.ProfileService/GetProfile");
    expect(response.status).to.equal(401);
    await post("{");
    expect(fake.lines.map((line) => JSON.parse(line).reason)).to.deep.equal([
      "UNAUTHENTICATED",
      "INVALID_REQUEST",
    ]);
  });

  it("does not include unusual but valid requests", async () => {
    for (const [body, headers] of [
      [`\ufeff${json}`, {}],
      [json, { "content-type": 'application/json; charset="UTF-8"' }],
      [gzipSync(json), { "content-encoding": "gzip" }],
      [`{"nothing":[[{}]],"__proto__":{"phone":"1"},"phone":"1",${json.slice(1)}`, {}],
      [json, { "connect-timeout-ms": "9999999999" }],
      [json, { "x-odd": "\u00e9\u00ff" }],
    ] as const) {
      expect((await post(body, headers)).status).to.equal(200);
      expect(fake.services.received.pop()).to.include({ phone: "675799743" });
    }
    expect((await post(binary, { "content-type": "application/proto" })).status).to.equal(200);
  });
});
