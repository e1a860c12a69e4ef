import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { expect } from "chai";
import { Format } from "#gen/waterbill/options/v1/format_pb.js";
import { API_SERVICES } from "../../src/app.js";
import { readConfig } from "../../src/config.js";
import { operationId } from "../../src/openapi/operation.js";
import { createFormatCheck } from "../../src/rpc/interceptors/field-formats.js";
import { compileRules } from "../../src/rpc/interceptors/rules.js";
import { messageFromJson } from "../../src/rpc/json-message.js";
import { parsePhone } from "../../src/users/phone-number.js";
import { parseLinkToken } from "../../src/verification/link-token.js";
import {
  apiDocument,
  type Call,
  calls,
  type MediaType,
  mismatches,
  type Operation,
  type Parameter,
  resolve,
} from "../support/api-document.js";

const { phones } = readConfig({});
const checkFormats = createFormatCheck({
  [Format.PHONE]: (text, field) => parsePhone(phones, text, field),
  [Format.LINK_TOKEN]: parseLinkToken,
});

function parametersOf({ operation }: Call): Parameter[] {
  return operation.parameters.map((parameter) => resolve(parameter));
}

/** The message that the examples of a call's path, query and body make. */
function exampleMessage(call: Call, method: DescMethod) {
  const body = call.operation.requestBody?.content["application/json"]?.example as JsonObject | undefined;
  const fields = parametersOf(call).filter((parameter) => parameter.in !== "header");
  const named = Object.fromEntries(fields.map(({ name, example }) => [name, example]));
  const isFlat = method.input.fields.some(({ name }) => name === "profile");
  return messageFromJson(method.input, { ...named, ...(isFlat ? { profile: body! } : body) });
}

function contentsOf({ requestBody, responses }: Operation): MediaType[] {
  const all = [
    ...(requestBody ? [requestBody] : []),
    ...Object.values(responses).map((each) => resolve(each)),
  ];
  return all.flatMap(({ content }) => Object.values(content));
}

function examplesOf({ schema, example, examples = {} }: MediaType) {
  const values = [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples).map(({ value }) => value),
  ];
  return values.map((value) => ({ schema, value }));
}

describe("the examples of the OpenAPI document", () => {
  it("match the schemas of requests and responses", () => {
    const examples = calls.flatMap(({ operation }) => contentsOf(operation).flatMap(examplesOf));
    expect(examples).to.have.length.above(300);
    for (const { schema, value } of examples) {
      expect(mismatches(schema, value), JSON.stringify(value)).to.equal("");
    }
  });

  it("match the schemas of parameters and fields", () => {
    const parameters = calls.flatMap(parametersOf).map(({ schema, example }) => ({ schema, value: example }));
    const fields = Object.values(apiDocument.components.schemas)
      .flatMap(({ properties = {} }) => Object.values(properties as Record<string, JsonObject>))
      .flatMap((schema) => ((schema.examples ?? []) as JsonValue[]).map((value) => ({ schema, value })));
    for (const { schema, value } of [...parameters, ...fields]) {
      expect(mismatches(schema, value), JSON.stringify({ schema, value })).to.equal("");
    }
  });

  it("are accepted by the rules and formats of the .proto files", async () => {
    const checkRules = await compileRules(API_SERVICES);
    const methods = API_SERVICES.flatMap((service): readonly DescMethod[] => service.methods);
    for (const call of calls) {
      const id = call.operation.operationId.replace(/Via\w+$/, "");
      const method = methods.find((each) => operationId(each) === id)!;
      const message = exampleMessage(call, method);
      const violations = [...checkRules(method.input, message), ...checkFormats(method.input, message)];
      expect(violations, call.operation.operationId).to.deep.equal([]);
    }
  });

  it("show the usual response, without fields that it rarely has", () => {
    const dataOf = (id: string) => {
      const { operation } = calls.find((call) => call.operation.operationId === id)!;
      const [success] = Object.values(operation.responses).map((each) => resolve(each));
      const content = success!.content["application/json"];
      return content!.examples!.en!.value as { message: string; data: JsonObject };
    };
    expect(dataOf("login").message).to.equal("Signed in.");
    expect(dataOf("login").data).not.to.have.property("deletion_cancelled");
    expect(dataOf("register").data.challenge).to.have.property("registration");
    expect(dataOf("requestAccountDeletion").data.challenge).not.to.have.property("registration");
  });
});
