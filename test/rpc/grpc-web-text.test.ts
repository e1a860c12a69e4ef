import { once } from "node:events";
import { request } from "node:http";
import { fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "#gen/google/rpc/status_pb.js";
import { Health } from "#gen/grpc/health/v1/health_pb.js";
import { RequestError } from "../../src/http/request-error.js";
import { writeFrame } from "../../src/rpc/grpc-protocol.js";
import { decodeText, encodeText } from "../../src/rpc/grpc-web-text.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { serve, stopServing } from "../support/serve.js";
import { useFakeServer } from "./fake-server.js";
import { binaryLogin, loginPath } from "./login-request.js";
import { decodeBase64 } from "./protocols.js";

const text = "application/grpc-web-text";
const frame = writeFrame(0, binaryLogin);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

interface TextResponse {
  contentType: string | undefined;
  messages: Buffer[];
  /** The content of the trailer frame. */
  trailer: Headers;
  reason: string | undefined;
}

/** Sends the parts one by one, each in a chunk of its own, and reads the frames of the response. */
async function send(
  url: string,
  parts: readonly string[],
  headers: Record<string, string> = {},
): Promise<TextResponse> {
  const call = request(url, { method: "POST", headers: { "content-type": text, ...headers } });
  for (const part of parts) {
    call.write(part);
    await new Promise(setImmediate);
  }
  call.end();
  const [response] = await once(call, "response");
  expect(response.statusCode).to.equal(200);
  let body = "";
  for await (const chunk of response) body += chunk;
  return readFrames(response.headers["content-type"], decodeBase64(body));
}

function readFrames(contentType: string | undefined, body: Buffer): TextResponse {
  const messages: Buffer[] = [];
  const trailer = new Headers();
  for (let at = 0; at < body.length; ) {
    const payload = body.subarray(at + 5, at + 5 + body.readUInt32BE(at + 1));
    if (body.readUInt8(at) === 0) messages.push(payload);
    else {
      for (const line of payload.toString().trim().split("\r\n")) {
        const colon = line.indexOf(":");
        trailer.set(line.slice(0, colon), line.slice(colon + 1).trim());
      }
    }
    at += 5 + payload.length;
  }
  const details = trailer.get("grpc-status-details-bin");
  const [info] = details ? fromBinary(StatusSchema, base64Decode(details)).details : [];
  return { contentType, messages, trailer, reason: info && fromBinary(ErrorInfoSchema, info.value).reason };
}

describe("gRPC-Web text", () => {
  const fake = useFakeServer(createRpcHandler);
  const login = (parts: readonly string[], headers?: Record<string, string>) =>
    send(fake.url + loginPath, parts, headers);

  it("is decoded and encoded, with the content type of the request", async () => {
    for (const type of [text, `${text}+proto`]) {
      const response = await login([base64(frame)], { "content-type": type });
      expect(response.contentType).to.equal(type);
      expect(response.messages).to.have.length(1);
      expect(response.messages[0]!.toString()).to.include("an-access-token");
      expect(response.trailer.get("grpc-status")).to.equal("0");
      expect(fake.services.received.pop()).to.include({ phone: "675799743" });
    }
  });

  it("may consist of several padded texts", async () => {
    const parts = [frame.subarray(0, 1), frame.subarray(1, 5), frame.subarray(5, 12), frame.subarray(12)];
    await login([parts.map(base64).join("")]);
    expect(fake.services.received.pop()).to.include({ phone: "675799743", password: "Motdepasse123!" });
  });

  it("may be as large as a message in the binary encoding, and no larger", async () => {
    const ofLength = (length: number) => [base64(writeFrame(0, Buffer.alloc(length, " ")))];
    const tooLarge = "Le corps de la requête est trop volumineux.";
    const messageOf = async (length: number) =>
      decodeURIComponent((await login(ofLength(length))).trailer.get("grpc-message") ?? "");
    // It can be read, but has no phone number.
    expect(await messageOf(65_536)).to.equal("Données invalides.");
    expect(await messageOf(65_537)).to.equal(tooLarge);
    expect(await messageOf(10_000_000)).to.equal(tooLarge);
  });

  const malformed: Record<string, string> = {
    "characters of another alphabet": base64(frame).replace(/^..../, "A-_A"),
    "a text that breaks off": base64(frame).replace(/=*$/, "").slice(0, -1),
    "too much padding": "A===",
    "padding alone": "====",
    "padding inside a group": "A=BC",
    "a line break": `${base64(frame)}\r\n`,
    "bytes that are not text": "\u0000\u0001\u0002\u0003",
    "half a frame": base64(frame.subarray(0, 9)),
  };
  for (const [what, body] of Object.entries(malformed)) {
    it(`is refused: ${what}`, async () => {
      const response = await login([body]);
      expect(response.contentType).to.equal(text);
      expect(response.messages).to.be.empty;
      expect(response.trailer.get("grpc-status")).to.equal("3");
      expect(response.reason).to.equal("INVALID_REQUEST");
      expect(fake.services.received).to.be.empty;
    });
  }

  it("is refused as unimplemented: an empty body", async () => {
    const response = await login([""]);
    expect(response.trailer.get("grpc-status")).to.equal("12");
    expect(response.reason).to.equal("INVALID_REQUEST");
  });

  it("has the status of an unknown method in it", async () => {
    const response = await send(`${fake.url}/waterbill.identity.v1.AuthService/Nothing`, [base64(frame)]);
    expect(response.contentType).to.equal(text);
    expect(response.trailer.get("grpc-status")).to.equal("12");
  });
});

describe("gRPC-Web text of a stream", () => {
  afterEach(stopServing);

  /** Serves a stream of two statuses without our interceptors, as the service's own health is served. */
  async function serveWatch() {
    const watched: string[] = [];
    const registry = createMethodRegistry({
      interceptors: [],
      routes: (router) =>
        router.service(
          Health,
          {
            async *watch({ service }) {
              watched.push(service);
              yield { status: 1 };
              yield { status: 2 };
            },
          },
          { interceptors: [] },
        ),
    });
    const { url } = await serve(createRpcHandler(registry));
    const watch = (parts: readonly string[]) => send(`${url}/grpc.health.v1.Health/Watch`, parts);
    return { watch, watched };
  }

  const watchFrame = writeFrame(0, Buffer.from("\n\u0007service"));

  it("is decoded across chunks of any size, and encoded message by message", async () => {
    const { watch, watched } = await serveWatch();
    const body = base64(watchFrame.subarray(0, 4)) + base64(watchFrame.subarray(4));
    for (const size of [1, 5, 100]) {
      const parts = body.match(new RegExp(`.{1,${size}}`, "g")) ?? [];
      const { contentType, messages, trailer } = await watch(parts);
      expect(watched.pop(), `chunks of ${size}`).to.equal("service");
      expect(contentType).to.equal(text);
      expect(messages.map((each) => [...each])).to.deep.equal([
        [8, 1],
        [8, 2],
      ]);
      expect(trailer.get("grpc-status")).to.equal("0");
    }
  });

  it("is refused when it isn't base64", async () => {
    const { watch } = await serveWatch();
    for (const parts of [["!!!!"], [base64(watchFrame).slice(0, -1)], ["AAAA", "A"]]) {
      const { trailer, reason } = await watch(parts);
      expect(trailer.get("grpc-status"), String(parts)).to.equal("3");
      expect(reason).to.equal("INVALID_REQUEST");
    }
  });
});

describe("encodeText", () => {
  it("is read back by decodeText, part by part", () => {
    const bytes = Buffer.from([0, 1, 2, 253, 254, 255, 62, 63]);
    const parts = [bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)];
    expect(decodeText(parts.map((part) => encodeText(part).toString()).join(""))).to.deep.equal(bytes);
    expect(decodeText("")).to.deep.equal(Buffer.alloc(0));
    expect(() => decodeText("AA")).to.throw(RequestError);
  });
});
