import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { expect } from "chai";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { createRestHandler } from "../../src/rest/rest-handler.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { testInterceptors } from "../rpc/fake-services.js";
import { useFixture } from "../support/fixture.js";
import { serve } from "../support/serve.js";
import { type Refusal, refusal } from "./rest-client.js";

const IMPORT = "/api/auth/admin/whitelist/import/";
const authorization = "Bearer admin";

/** A REST server whose service counts the bytes of an import, and exports two chunks. */
async function startServer() {
  const lines: string[] = [];
  const received = { bytes: 0 };
  const registry = createMethodRegistry({
    interceptors: testInterceptors(lines),
    routes: (router) =>
      router.service(WhitelistService, {
        async importWhitelistEntries(requests) {
          received.bytes = 0;
          for await (const { csv } of requests) received.bytes += csv.byteLength;
          return { totalCount: received.bytes };
        },
        async *exportWhitelistEntries() {
          yield { csv: Buffer.from("1") };
          yield { csv: Buffer.from("2") };
        },
      }),
  });
  return { ...(await serve(createRestHandler(registry))), lines, received };
}

describe("rest streams", () => {
  const server = useFixture(startServer, ({ close }) => close());
  beforeEach(() => {
    server.lines.length = 0;
    server.received.bytes = 0;
  });

  const send = (body: RequestInit["body"], headers: Record<string, string> = {}) =>
    fetch(server.url + IMPORT, {
      method: "POST",
      headers: { authorization, ...headers },
      body: body ?? null,
    });
  const logged = () => server.lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  async function countOf(call: Promise<Response>): Promise<number> {
    const response = await call;
    expect(response.status).to.equal(200);
    return ((await response.json()) as { data: { total_count: number } }).data.total_count;
  }

  /** The form that a browser sends, with its file. */
  function formOf(content: string): FormData {
    const form = new FormData();
    form.set("numbers", new Blob([content], { type: "text/csv" }), "numbers.csv");
    return form;
  }

  it("log a successful upload as ok, once", async () => {
    await countOf(send("12345", { "content-type": "text/csv" }));
    expect(logged()).to.have.length(1);
    expect(logged()[0]).to.include({ protocol: "rest", status: "ok", userId: 7 });
  });

  it("log a successful download as ok, once", async () => {
    const response = await fetch(`${server.url}/api/auth/admin/whitelist/export/`, {
      headers: { authorization },
    });
    expect(await response.text()).to.equal("12");
    expect(logged()).to.have.length(1);
    expect(logged()[0]).to.include({ protocol: "rest", status: "ok" });
  });

  it("take a file as the body, in the types of CSV files and spreadsheets", async () => {
    for (const type of [
      ...["text/csv", "text/csv; charset=utf-8", "Text/Plain", "application/csv", "application/vnd.ms-excel"],
      ...["text/tab-separated-values", "application/octet-stream"],
    ]) {
      expect(await countOf(send("12345", { "content-type": type })), type).to.equal(5);
    }
  });

  it("take a file in a form, over HTTP/1.1 and HTTP/2", async () => {
    expect(await countOf(send(formOf("12345")))).to.equal(5);
    const large = "x".repeat(3_000_000);
    expect(await countOf(send(formOf(large)))).to.equal(3_000_000);
    const encoded = new Response(formOf(large));
    const session = connectHttp2(server.url);
    const stream = session.request({
      ":method": "POST",
      ":path": IMPORT,
      "content-type": encoded.headers.get("content-type")!,
      authorization,
    });
    stream.end(Buffer.from(await encoded.arrayBuffer()));
    let text = "";
    for await (const chunk of stream) text += chunk;
    expect(JSON.parse(text)).to.have.nested.property("data.total_count", 3_000_000);
    session.close();
    expect(logged().map(({ status }) => status)).to.deep.equal(["ok", "ok", "ok"]);
  });

  it("refuse another type, and a body without one, before reading it", async () => {
    for (const type of [
      "application/json",
      "application/x-www-form-urlencoded",
      "multipart/mixed; boundary=b",
      "",
    ]) {
      // A body of bytes gets no type from fetch.
      const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
      const refused = await refusal(send(Buffer.from("12345"), headers));
      expect([refused.status, refused.message], type).to.deep.equal([
        415,
        "Envoyez le fichier en text/csv ou en multipart/form-data.",
      ]);
    }
    expect(logged()[0]).to.include({ status: "invalid_argument", reason: "INVALID_REQUEST" });
  });

  it("refuse a bad form with an explanation in the caller's language", async () => {
    const twice = formOf("1");
    twice.append("more", new Blob(["2"]), "more.csv");
    const none = new FormData();
    none.set("name", "value");
    const cases: [RequestInit["body"], Record<string, string>, Partial<Refusal>][] = [
      [twice, {}, { status: 400, message: "The form has several files. Import them one by one." }],
      [none, {}, { status: 400, message: "The form has no file.", data: { csv: ["The form has no file."] } }],
      [
        "--b\r\n",
        { "content-type": "multipart/form-data; boundary=b" },
        {
          status: 400,
          message: "The multipart form cannot be read: it is incomplete or malformed.",
          data: {},
        },
      ],
      [
        "--b\r\n",
        { "content-type": "multipart/form-data; boundary=b", "content-encoding": "gzip" },
        { status: 415 },
      ],
    ];
    for (const [body, headers, expected] of cases) {
      expect(await refusal(send(body, { "accept-language": "en", ...headers }))).to.deep.include(expected);
    }
    expect((await refusal(send(none))).message).to.equal("Le formulaire ne contient pas de fichier.");
  });

  it("refuse a form without a Bearer token, whatever it contains", async () => {
    const response = await fetch(server.url + IMPORT, { method: "POST", body: formOf("12345") });
    expect(response.status).to.equal(401);
  });

  it("refuse more than 100 MiB when it is announced", async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.write(
      `POST ${IMPORT} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n` +
        `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${100 * 1024 * 1024 + 1}\r\n\r\n`,
    );
    const [head] = await once(socket, "data");
    expect(String(head)).to.match(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it("log an upload that breaks off as canceled", async () => {
    const session = connectHttp2(server.url);
    const stream = session.request({
      ":method": "POST",
      ":path": IMPORT,
      "content-type": "multipart/form-data; boundary=b",
      authorization,
    });
    stream.on("error", () => {});
    stream.write('--b\r\nContent-Disposition: form-data; name="f"; filename="n.csv"\r\n\r\n+2376');
    while (server.received.bytes === 0) await new Promise(setImmediate);
    stream.close(constants.NGHTTP2_CANCEL);
    await once(stream, "close");
    session.close();
    while (server.lines.length === 0) await new Promise(setImmediate);
    expect(logged()[0]).to.include({ status: "canceled" });
  });
});
