import {
  createRegistry,
  type DescField,
  getExtension,
  getOption,
  type JsonObject,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import {
  type FieldRules,
  FieldRulesSchema,
  field as fieldRules,
  file_buf_validate_validate,
  type Rule,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { Format, format } from "#gen/waterbill/options/v1/format_pb.js";
import { file_waterbill_options_v1_rules } from "#gen/waterbill/options/v1/rules_pb.js";
import { LoggableError } from "../system/loggable-error.js";

const registry = createRegistry(file_buf_validate_validate, file_waterbill_options_v1_rules);

/** What a rule of a .proto file is in JSON Schema. A time-stamp is a date and time of the years 0 to 9999 already. */
const KEYWORDS: Readonly<Record<string, (value: unknown) => JsonObject>> = {
  "string.max_len": (maximum) => ({ maxLength: Number(maximum) }),
  "string.uuid": () => ({ format: "uuid" }),
  "string.single_line_max_len": (maximum) => ({
    maxLength: Number(maximum),
    pattern: "^[^\\u0000-\\u001F\\u007F-\\u009F]*$",
  }),
  "string.multi_line_max_len": (maximum) => ({
    maxLength: Number(maximum),
    pattern: "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]*$",
  }),
  "string.not_blank": () => ({ pattern: "\\S" }),
  "int32.gte": (minimum) => ({ minimum: Number(minimum) }),
  "repeated.max_items": (maximum) => ({ maxItems: Number(maximum) }),
  "timestamp.calendar": () => ({}),
  "enum.defined_only": () => ({}),
  // The rule also allows the empty text; clients that mean it leave the field out.
  "cel.string.email": () => ({ format: "email" }),
  "format.PHONE": () => ({ format: "phone" }),
  "format.LINK_TOKEN": () => ({ format: "uuid" }),
};

/** Whether a request without this field is refused. Fields with a format are required. */
export function isRequired(field: DescField): boolean {
  return getOption(field, fieldRules).required || getOption(field, format) !== Format.UNSPECIFIED;
}

/** The keywords of JSON Schema for the rules and the format of a request's field. Throws for a rule that has none. */
export function constraintsOf(field: DescField): JsonObject {
  const keywords = rulesOf(field).map(([name, value]) => {
    const toKeywords = KEYWORDS[name];
    if (!toKeywords) throw new LoggableError(`${field}: openapi/constraints.ts doesn't know ${name}`);
    return toKeywords(value);
  });
  const isText = field.fieldKind === "scalar" && field.scalar === ScalarType.STRING;
  const patterns = keywords
    .filter(({ pattern }) => pattern !== undefined)
    .map(({ pattern }) => ({ pattern }));
  return {
    ...(isText && isRequired(field) && { minLength: 1 }),
    ...(field.fieldKind === "list" && isRequired(field) && { minItems: 1 }),
    ...Object.assign({}, ...keywords),
    ...(patterns.length > 1 && { pattern: undefined, allOf: patterns }),
  } as JsonObject;
}

/** The rules of a field, by name, with their values. */
function rulesOf(field: DescField): [name: string, value: unknown][] {
  const declared = getOption(field, format);
  const rules = getOption(field, fieldRules);
  return [
    ...(declared === Format.UNSPECIFIED ? [] : [[`format.${Format[declared]}`, true] as [string, unknown]]),
    ...setFields(FieldRulesSchema, rules).flatMap(([name, value]) => typeRules(rules, name, value)),
  ];
}

function typeRules(rules: FieldRules, name: string, value: unknown): [name: string, value: unknown][] {
  if (name === "required") return [];
  if (name === "cel") return rules.cel.map(({ id }: Rule) => [`cel.${id}`, true]);
  const { value: typed } = rules.type;
  if (name !== rules.type.case || !typed) return [[name, value]];
  const schema = registry.getMessage(typed.$typeName)!;
  const own = setFields(schema, typed);
  const extensions = (typed.$unknown ?? []).map(({ no }): [string, unknown] => {
    const extension = registry.getExtensionFor(schema, no);
    return extension ? [extension.name, getExtension(typed, extension)] : [String(no), undefined];
  });
  return [...own, ...extensions].map(([rule, each]) => [`${name}.${rule}`, each]);
}

function setFields(
  schema: Parameters<typeof reflect>[0],
  message: Message,
): [name: string, value: unknown][] {
  const reflected = reflect(schema, message);
  return schema.fields
    .filter((field) => reflected.isSet(field))
    .map((field) => [field.name, reflected.get(field)]);
}
