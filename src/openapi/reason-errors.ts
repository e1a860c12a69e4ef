import type { DescField, DescMethod } from "@bufbuild/protobuf";
import { getOption } from "@bufbuild/protobuf";
import { Format, format } from "#gen/waterbill/options/v1/format_pb.js";
import {
  DomainError,
  type FieldViolation,
  type Reason,
  rateLimited,
  secondFactorRequired,
} from "../errors.js";
import type { LocalizedMessage } from "../messages/catalogue.js";
import { isForAdministrators } from "../method-access.js";
import type { HttpBinding } from "../rest/http-rules.js";
import { isRequired } from "./constraints.js";

/** How long (s) the example of a refused call has to wait, and when that is over (s since the epoch). */
const WAIT_SECONDS = 42;
const RESET_AT = 1_793_700_000;

/** The errors that a method fails with for a reason, one for each message that the reason can have. */
export function errorsFor(reason: Reason, method: DescMethod, binding: HttpBinding): DomainError[] {
  const { fields } = method.input;
  switch (reason) {
    case "INVALID_REQUEST":
      return [new DomainError(reason, { fields: invalidField(method, binding) })];
    case "PHONE_REQUIRED":
    case "PHONE_INVALID":
    case "PHONE_LENGTH":
    case "PHONE_TAKEN":
    case "PHONE_NOT_WHITELISTED":
    case "ENTRY_EXISTS":
      return [new DomainError(reason, phoneField(fields))];
    case "PASSWORD_REJECTED":
      return [new DomainError(reason, { fields: [weakPassword(fields)] })];
    case "CODE_INCORRECT":
      // A code that comes with a number is an activation's. Of all others a wrong one and an expired one are not told apart.
      return fieldWithFormat(fields, Format.PHONE)
        ? [new DomainError(reason)]
        : [new DomainError(reason, { message: (m) => m.verificationCodeIncorrect })];
    case "REAUTHENTICATION_REQUIRED":
      return reauthenticationErrors(method);
    case "REFRESH_REJECTED":
      return [new DomainError(reason), new DomainError(reason, { message: (m) => m.refreshBlacklisted })];
    case "RATE_LIMITED":
      return [rateLimited(WAIT_SECONDS, { limit: 15, resetAt: RESET_AT })];
    default:
      return [new DomainError(reason)];
  }
}

/** What a method needs that refuses a session: the current password, the second step, or both. */
function reauthenticationErrors(method: DescMethod): DomainError[] {
  const password = new DomainError("REAUTHENTICATION_REQUIRED");
  if (isForAdministrators(method)) return [secondFactorRequired()];
  return method.input.field.newPhone ? [password, secondFactorRequired()] : [password];
}

/** The message that tells the reason: that of the only field, unless any field can be at fault. */
export function messageOf({ reason, fields, localizedMessage }: DomainError): LocalizedMessage {
  return fields.length === 1 && reason !== "INVALID_REQUEST" ? fields[0]!.message : localizedMessage;
}

function fieldWithFormat(fields: readonly DescField[], wanted: Format): DescField | undefined {
  return fields.find((field) => getOption(field, format) === wanted);
}

/** The field of the phone number, if it isn't the one that the error table names: one that can also be an id. */
function phoneField(fields: readonly DescField[]): { field?: string } {
  const field = fieldWithFormat(fields, Format.PHONE) ?? fields.find(({ name }) => name === "added_by");
  return field ? { field: field.name } : {};
}

function weakPassword(fields: readonly DescField[]): FieldViolation {
  const field = fields.some(({ name }) => name === "new_password") ? "new_password" : "password";
  return { field, message: (m) => m.passwordTooCommon };
}

/** The first field that a request must have, missing; or the first one, with another type; nothing if it has none. */
function invalidField(method: DescMethod, { body }: HttpBinding): FieldViolation[] {
  const flat = method.input.fields.find(({ name }) => name === body)?.message;
  const { fields } = flat ?? method.input;
  const missing = fields.find(
    (field) => isRequired(field) && getOption(field, format) === Format.UNSPECIFIED,
  );
  const field = missing ?? fields[0];
  if (!field) return [];
  const message: LocalizedMessage = missing ? (m) => m.fieldRequired : (m) => m.fieldWrongType;
  return [{ field: flat ? `${body}.${field.name}` : field.name, message }];
}
