import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { toJson } from "@bufbuild/protobuf";
import { expect } from "chai";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import type { NodeRequest } from "../../src/http/node-handler.js";
import { RequestError } from "../../src/http/request-error.js";
import { localize } from "../../src/messages/catalogue.js";
import { transcode } from "../../src/rest/transcode.js";
import { sampleMethod } from "../rpc/sample-method.js";
import { rejection } from "../support/rejection.js";

const { input } = sampleMethod();

interface Sent {
  httpMethod?: string;
  url?: string;
  /** Defaults to `*`. */
  into?: string;
  type?: string;
  encoding?: string;
  variables?: Record<string, string>;
}

async function transcoded(body: string | Buffer, sent: Sent = {}, schema = input): Promise<unknown> {
  const {
    httpMethod = "POST",
    url = "/x",
    into = "*",
    type = "application/json",
    encoding,
    variables = {},
  } = sent;
  const headers = { "content-type": type, "content-encoding": encoding };
  const request = Object.assign(Readable.from([Buffer.from(body)]), {
    url,
    headers,
  }) as unknown as NodeRequest;
  const message = await transcode(
    schema,
    { httpMethod, segments: [], body: into, responseBody: "" },
    variables,
    request,
  );
  return toJson(schema, message);
}

async function requestError(...parameters: Parameters<typeof transcoded>): Promise<RequestError> {
  const error = await rejection(transcoded(...parameters));
  if (!(error instanceof RequestError)) throw error;
  return error;
}

describe("transcode", () => {
  it("accepts a JSON body with either spelling of names, and ignores unknown fields", async () => {
    const expected = { phone: "1", isActive: true, pageSize: 5 };
    expect(await transcoded('{"phone":"1","is_active":true,"page_size":5,"x":[{}]}')).to.deep.equal(expected);
    expect(await transcoded('{"phone":"1","isActive":true,"pageSize":"5"}')).to.deep.equal(expected);
  });

  it("treats null as absent, uses the last of two equal keys, and ignores __proto__", async () => {
    expect(await transcoded('{"phone":null,"page_size":1,"page_size":2}')).to.deep.equal({ pageSize: 2 });
    expect(await transcoded('{"__proto__":{"phone":"1"},"constructor":1}')).to.deep.equal({});
  });

  it("accepts a byte order mark, a charset, gzip and an empty body", async () => {
    const json = '{"phone":"1"}';
    expect(await transcoded(`\ufeff${json}`)).to.deep.equal({ phone: "1" });
    expect(await transcoded(json, { type: "application/json;charset=UTF-8" })).to.deep.equal({ phone: "1" });
    expect(await transcoded(gzipSync(json), { encoding: "gzip" })).to.deep.equal({ phone: "1" });
    expect(await transcoded("")).to.deep.equal({});
  });

  it("needs no content type without a body", async () => {
    const sent = { httpMethod: "DELETE", url: "/x?phone=1", type: "" };
    expect(await transcoded("", sent)).to.deep.equal({ phone: "1" });
  });

  it("names the field that has the wrong type", async () => {
    for (const [body, field] of [
      ['{"phone":5}', "phone"],
      ['{"phone":["1"]}', "phone"],
      ['{"is_active":"true"}', "is_active"],
      ['{"page_size":-1}', "page_size"],
      ['{"page_size":1.5}', "page_size"],
      ['{"nested":{"phone":5}}', "nested.phone"],
    ] as const) {
      expect(
        (await requestError(body)).fields.map((each) => each.field),
        body,
      ).to.deep.equal([field]);
    }
    for (const [query, field] of [
      ["is_active=maybe", "is_active"],
      ["page_size=many", "page_size"],
    ]) {
      const error = await requestError("", { httpMethod: "GET", url: `/x?${query}`, into: "" });
      expect(error.fields[0]?.field).to.equal(field);
    }
  });

  it("refuses a body that is not a JSON object", async () => {
    for (const body of ["{", "[]", "null", '"x"', "5", "phone=1", "\u0000", `${"[".repeat(30_000)}`]) {
      expect(await requestError(body), body.slice(0, 9)).to.include({
        status: 400,
        reason: "INVALID_REQUEST",
      });
    }
    expect((await requestError(Buffer.from([0x22, 0xff, 0x22]))).status).to.equal(400);
  });

  it("ignores deeply nested unknown fields, and refuses deeply nested known ones", async () => {
    const depth = 10_000;
    expect(await transcoded(`{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`)).to.deep.equal({});
    expect((await requestError(`${'{"nested":'.repeat(5_000)}{}${"}".repeat(5_000)}`)).status).to.equal(400);
  });

  it("refuses every content type but JSON, whatever the body, and says what to send", async () => {
    for (const type of [
      "",
      "text/plain",
      "text/plain;charset=UTF-8",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/xml",
      "text/plain, application/json",
      "application/json; charset=latin1",
    ]) {
      for (const body of ["{}", "phone=1"]) {
        const error = await requestError(body, { type });
        expect(error.status, type).to.equal(415);
        expect(localize("en", error.localizedMessage)).to.include("Content-Type: application/json");
      }
    }
  });

  it("refuses a body that is too large, and an unknown compression", async () => {
    expect((await requestError(`{"x":"${"x".repeat(65_536)}"}`)).status).to.equal(413);
    expect((await requestError(gzipSync(Buffer.alloc(10_000_000)), { encoding: "gzip" })).status).to.equal(
      413,
    );
    expect((await requestError("{}", { encoding: "br" })).status).to.equal(415);
  });

  it("reads the query of GET and DELETE, and of no other method", async () => {
    const url = "/x?phone=%2B1+2&is_active=false&page_size=7&is_active=TRUE&x";
    const expected = { phone: "+1 2", isActive: true, pageSize: 7 };
    expect(await transcoded("", { httpMethod: "GET", url, into: "" })).to.deep.equal(expected);
    expect(await transcoded("", { httpMethod: "DELETE", url })).to.deep.equal(expected);
    expect(await transcoded("", { httpMethod: "POST", url })).to.deep.equal({});
  });

  it("takes a field that is for bodies alone from no query, in either spelling", async () => {
    const { input: schema } = ProfileService.method.exportAccount;
    for (const name of ["current_password", "currentPassword"]) {
      const url = `/x?${name}=from-the-query`;
      expect(await transcoded("", { httpMethod: "GET", url, into: "" }, schema)).to.deep.equal({});
      const body = JSON.stringify({ [name]: "from-the-body" });
      expect(await transcoded(body, { url }, schema)).to.deep.equal({ currentPassword: "from-the-body" });
    }
  });

  it("prefers the body over the query, and the path over both", async () => {
    const sent = { httpMethod: "DELETE", url: "/x?phone=1&page_size=1" };
    expect(await transcoded('{"phone":"2"}', sent)).to.deep.equal({ phone: "2", pageSize: 1 });
    const variables = { phone: "3" };
    expect(await transcoded('{"phone":"2"}', { ...sent, variables })).to.deep.equal({
      phone: "3",
      pageSize: 1,
    });
  });

  it("does not read a body that no field receives", async () => {
    expect(await transcoded("{", { httpMethod: "GET", into: "" })).to.deep.equal({});
  });

  it("accepts a body that is one field, without a mask if the method has none", async () => {
    expect(await transcoded('{"phone":"1"}', { into: "nested" })).to.deep.equal({ nested: { phone: "1" } });
  });

  it("sets a mask of the fields of a flat profile that were sent", async () => {
    const schema = ProfileService.method.updateProfile.input;
    const update = (body: string) => transcoded(body, { httpMethod: "PATCH", into: "profile" }, schema);
    expect(
      await update('{"first_name":"Zoé","email":null,"address":"","phone":"1","is_staff":true}'),
    ).to.deep.equal({
      profile: { firstName: "Zoé" },
      updateMask: "firstName,email,address",
    });
    expect(await update("{}")).to.deep.equal({ profile: {}, updateMask: "" });
  });
});
