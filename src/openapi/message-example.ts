import type { DescField, DescMessage, DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import {
  RecentAccountChangeSchema,
  RecentWhitelistChangeSchema,
} from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ChallengeSchema } from "#gen/waterbill/identity/v1/challenge_pb.js";
import { isLeftOut, isTimestamp } from "../rest/rest-json.js";
import { fieldExample } from "./field-examples.js";
import type { IsIncluded } from "./request-schema.js";

/** A believable request, from the examples of its fields. Of a list it has one element. */
export function requestExample(message: DescMessage, isIncluded: IsIncluded): JsonObject {
  return example(message.fields.filter(isIncluded), () => true);
}

/** A believable response, without the fields that the method rarely sets and otherwise leaves out. */
export function responseExample(method: DescMethod): JsonObject {
  const isShown: IsIncluded = (field) =>
    field.message !== undefined || !isLeftOut(field) || ALWAYS_SET.get(field) === method;
  return example(method.output.fields.filter(isShown), isShown);
}

/** Fields that are left out while they are unset, and the method that always sets them. */
const ALWAYS_SET: ReadonlyMap<DescField, DescMethod> = new Map([
  [ChallengeSchema.field.registration, AuthService.method.register],
]);

/** What messages in these fields lack, or have otherwise than elsewhere. */
const VARIATIONS: ReadonlyMap<DescField, JsonObject> = new Map<DescField, JsonObject>([
  [RecentAccountChangeSchema.field.change, { before: {}, after: {}, reason: null }],
  [
    RecentWhitelistChangeSchema.field.change,
    {
      action: "WHITELIST_ACTION_REACTIVATE",
      before: { is_active: false, notes: "" },
      after: { is_active: true, notes: "" },
    },
  ],
]);

function example(fields: readonly DescField[], isShown: IsIncluded): JsonObject {
  return Object.fromEntries(fields.map((field) => [field.name, valueExample(field, isShown)]));
}

function valueExample(field: DescField, isShown: IsIncluded): JsonValue {
  const single =
    field.message && !isTimestamp(field.message)
      ? { ...example(field.message.fields.filter(isShown), isShown), ...VARIATIONS.get(field) }
      : fieldExample(field);
  return field.fieldKind === "list" ? [single] : single;
}
