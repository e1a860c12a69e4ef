import { readFileSync } from "node:fs";
import type { DescMethod, JsonObject } from "@bufbuild/protobuf";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect } from "chai";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { apiDocumentChanges, apiDocumentText } from "../../deploy/api-document.js";
import { API_SERVICES } from "../../src/app.js";
import { readConfig } from "../../src/config.js";
import { ERROR_TABLE } from "../../src/errors.js";
import { accessOf } from "../../src/method-access.js";
import { operationId } from "../../src/openapi/operation.js";
import { readDeclaredRules } from "../../src/rest/http-rules.js";
import { apiDocument, calls, resolve } from "../support/api-document.js";

const methods = API_SERVICES.flatMap((service): readonly DescMethod[] => service.methods);
const restMethods = methods.filter((method) => readDeclaredRules(method).length > 0);

/** The usual way to call a method. */
function operationOf(method: DescMethod) {
  const found = calls.find(({ operation }) => operation.operationId === operationId(method));
  expect(found, `${method}`).not.to.equal(undefined);
  return found!.operation;
}

describe("the OpenAPI document", () => {
  it("is what npm run generate makes", () => {
    const changes = apiDocumentChanges(apiDocumentText());
    if (changes) expect.fail(changes);
  });

  it("is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(
      JSON.parse(readFileSync("gen/openapi.json", "utf8")),
    );
    expect(valid, JSON.stringify(errors)).to.equal(true);
    expect(apiDocument.openapi).to.equal("3.1.0");
  });

  it("has every way to call a method, with the path of the .proto file", () => {
    const declared = restMethods.flatMap((method) =>
      readDeclaredRules(method).map(({ httpMethod, segments }) => {
        const names = segments.map(({ name, isVariable }) => (isVariable ? `{${name}}` : name));
        return `${httpMethod} /${names.join("/")}/`;
      }),
    );
    const documented = calls.map(({ httpMethod, path }) => `${httpMethod} ${path}`);
    expect(documented).to.have.members(declared);
    expect(restMethods).to.have.length.above(25);
  });

  it("names every operation once", () => {
    const ids = calls.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids).to.include.members(["getProfile", "getProfileViaMe", "updateProfileViaPutProfile"]);
    expect(ids).to.include("revokeAccountSessionsViaSessionId");
  });

  it("demands a token of exactly the methods that do", () => {
    const bearer = { jwtAuth: [] };
    const expected = new Map([
      [Access.PUBLIC, []],
      [Access.OPTIONAL, [{}, bearer]],
      [Access.USER, [bearer]],
      [Access.ADMIN, [bearer]],
      [Access.SUPERUSER, [bearer]],
    ]);
    for (const method of restMethods) {
      expect(operationOf(method).security, method.name).to.deep.equal(expected.get(accessOf(method)));
    }
  });

  it("has every reason that REST can send", () => {
    const descriptions = calls
      .flatMap(({ operation }) => Object.values(operation.responses))
      .map((response) => resolve(response).description)
      .join("\n");
    const missing = Object.keys(ERROR_TABLE).filter((reason) => !descriptions.includes(`\`${reason}\``));
    expect(missing).to.deep.equal(["SCOPE_REQUIRED"]);
  });

  it("has every limit that counts calls over REST", () => {
    const descriptions = calls.map(({ operation }) => operation.description).join("\n");
    const missing = Object.keys(readConfig({}).limits).filter(
      (name) => !descriptions.includes(`LIMIT_${name.toUpperCase()}`),
    );
    expect(missing).to.deep.equal(["service", "oauth", "anon"]);
  });

  it("names the body of every success, for generators of clients", () => {
    const bodies = calls.flatMap(({ operation }) =>
      Object.entries(operation.responses)
        .filter(([status]) => status.startsWith("2"))
        .flatMap(([, response]) => resolve(response).content["application/json"] ?? []),
    );
    expect(bodies).to.have.length(calls.length - 1);
    expect(bodies.filter(({ schema }) => !schema.$ref)).to.be.empty;
  });

  it("gives integers above 32 bits a format that holds them", () => {
    const properties = Object.values(apiDocument.components.schemas).flatMap((schema) =>
      Object.values((schema.properties ?? {}) as Record<string, JsonObject>),
    );
    const wide = properties.filter(({ maximum }) => Number(maximum) >= 2 ** 31);
    expect(wide).to.have.length.above(10);
    expect(wide.filter(({ format }) => format !== "int64")).to.be.empty;
  });

  it("has the form first for an upload, which generators of clients look at", () => {
    const upload = calls.find(({ operation }) => operation.operationId === "importWhitelistEntries");
    expect(Object.keys(upload!.operation.requestBody!.content)).to.deep.equal([
      "multipart/form-data",
      "text/csv",
    ]);
  });

  it("has the version of the package", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(apiDocument.info.version).to.equal(version);
  });
});
