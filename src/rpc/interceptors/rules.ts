import { setImmediate } from "node:timers/promises";
import {
  create,
  createRegistry,
  type DescField,
  type DescMessage,
  type DescService,
  getExtension,
  getOption,
  type Message,
} from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator, type Violation } from "@bufbuild/protovalidate";
import { field as fieldRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { file_waterbill_options_v1_rules } from "#gen/waterbill/options/v1/rules_pb.js";
import type { FieldViolation } from "../../errors.js";
import type { LocalizedMessage } from "../../messages/catalogue.js";

/** Returns the violations of the rules of a message. */
export type CheckRules = (schema: DescMessage, message: Message) => FieldViolation[];

/**
 * Compiles the rules of the requests of `services`, because the first validation of a message takes long: 0.1 s in all.
 * Rejects if a rule doesn't compile.
 */
export async function compileRules(services: readonly DescService[]): Promise<CheckRules> {
  const registry = createRegistry(file_waterbill_options_v1_rules);
  const validator = createValidator({ registry, regexMatch: createPatternMatcher() });

  function checkRules(schema: DescMessage, message: Message): FieldViolation[] {
    const result = validator.validate<DescMessage>(schema, message);
    if (result.kind === "error") throw result.error;
    return result.kind === "invalid" ? result.violations.map(toFieldViolation) : [];
  }

  for (const { input } of services.flatMap(({ methods }) => methods)) {
    checkRules(input, create(input));
    // What needs no rules doesn't wait for all of them.
    await setImmediate();
  }
  return checkRules;
}

/**
 * Matches patterns with the platform's RegExp, at a twentieth of the cost of the library's RE2. All patterns come from
 * our .proto files: they are few, and none of them backtracks.
 */
function createPatternMatcher(): (pattern: string, text: string) => boolean {
  const compiled = new Map<string, RegExp>();
  return (pattern, text) => {
    const regExp = compiled.get(pattern) ?? new RegExp(pattern, "u");
    compiled.set(pattern, regExp);
    return regExp.test(text);
  };
}

function toFieldViolation(violation: Violation): FieldViolation {
  return { field: pathToString(violation.field), message: messageFor(violation) };
}

/** The localized message for a rule. The library's own messages are English, for developers. */
function messageFor(violation: Violation): LocalizedMessage {
  switch (violation.ruleId) {
    case "required":
    case "string.not_blank":
      return (m) => m.fieldRequired;
    case "string.max_len": {
      const maximum = maxLength(violation);
      return (m) => m.fieldTooLong(maximum);
    }
    case "repeated.max_items": {
      const maximum = maxItems(violation);
      return (m) => m.fieldTooMany(maximum);
    }
    case "string.single_line":
    case "string.multi_line":
      return (m) => m.fieldControlCharacters;
    case "string.email":
      return (m) => m.emailInvalid;
    default:
      return (m) => m.fieldInvalid;
  }
}

/** The maximum length that the violated rule allows: the value of `max_len`, or of a rule in rules.proto. */
function maxLength(violation: Violation): number {
  const rules = rulesOf(violation);
  if (rules?.case !== "string") return 0;
  const rule = violation.rule.at(-1);
  return Number(rule?.kind === "extension" ? getExtension(rules.value, rule) : rules.value.maxLen);
}

/** The maximum number of elements that the violated rule allows. */
function maxItems(violation: Violation): number {
  const rules = rulesOf(violation);
  return rules?.case === "repeated" ? Number(rules.value.maxItems) : 0;
}

function rulesOf(violation: Violation) {
  const field = violation.field.findLast((step): step is DescField => step.kind === "field");
  return field && getOption(field, fieldRules).type;
}
