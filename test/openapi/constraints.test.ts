import {
  create,
  type DescField,
  type DescMessage,
  getOption,
  type JsonObject,
  ScalarType,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { expect } from "chai";
import { Format, format } from "#gen/waterbill/options/v1/format_pb.js";
import { API_SERVICES } from "../../src/app.js";
import { constraintsOf, isRequired } from "../../src/openapi/constraints.js";
import { SUCCESS_RESPONSES } from "../../src/rest/success-responses.js";
import { compileRules } from "../../src/rpc/interceptors/rules.js";
import { mismatches } from "../support/api-document.js";

/** Texts at the edges of every rule that a text field has. */
const TEXTS = [
  ...[
    "a",
    " ",
    "\t",
    "a\tb",
    "a\nb",
    "a\u0000b",
    "a\u007fb",
    "a\u0085b",
    "é",
    "\u00a0",
    "a b",
    "B12",
    "B123",
  ],
  ...["a@example.com", "a@", "8d3e2b6a-5f0e-4c57-b1c7-2f7a63f0c1de", "8D3E2B6A", "123456", "\u{1f600}"],
  ...[64, 65, 100, 101, 150, 151, 254, 255, 500, 501, 1000, 1001].map((length) => "x".repeat(length)),
  ...[3, 4, 150, 151].map((length) => "\u{1f600}".repeat(length)),
];

function messagesOf(schema: DescMessage): DescMessage[] {
  const nested = schema.fields.flatMap((field) => field.message ?? []);
  return [schema, ...nested.filter(({ typeName }) => !typeName.startsWith("google."))];
}

/** Whether a field is a text whose rules are all in `buf.validate`: a format has a parser instead. */
function isText(field: DescField): boolean {
  const isString = field.fieldKind === "scalar" && field.scalar === ScalarType.STRING;
  return isString && getOption(field, format) === Format.UNSPECIFIED;
}

describe("the constraints of the OpenAPI document", () => {
  it("allow exactly what the rules of the .proto files allow", async () => {
    const checkRules = await compileRules(API_SERVICES);
    const schemas = new Set(Array.from(SUCCESS_RESPONSES.keys(), ({ input }) => input).flatMap(messagesOf));
    const fields = [...schemas].flatMap((schema) => schema.fields).filter(isText);
    expect(fields).to.have.length.above(30);

    function isRefused(field: DescField, text: string): boolean {
      const message = create(field.parent);
      reflect(field.parent, message).set(field, text);
      return checkRules(field.parent, message).some((violation) => violation.field === field.name);
    }
    for (const field of fields) {
      const constraints = { type: "string", ...constraintsOf(field) } as JsonObject;
      for (const text of [...TEXTS, ...(isRequired(field) ? [""] : [])]) {
        const mismatch = mismatches(constraints, text);
        const what = `${field} ${JSON.stringify(text)}: ${mismatch}`;
        expect(mismatch !== "", what).to.equal(isRefused(field, text));
      }
    }
  });
});
