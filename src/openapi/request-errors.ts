import type { DescMethod } from "@bufbuild/protobuf";
import {
  bodyNotJson,
  bodyTooLarge,
  bodyUnreadable,
  compressionUnsupported,
  jsonRequired,
  pathUnknown,
  type RequestError,
} from "../http/request-error.js";
import { formUnreadable } from "../rest/form-file.js";
import type { HttpBinding } from "../rest/http-rules.js";
import { fileTypeUnsupported } from "../rest/upload.js";

/** Errors by the names of their examples. */
type NamedErrors = Readonly<Record<string, RequestError>>;

const OF_BODY: NamedErrors = {
  BODY_TOO_LARGE: bodyTooLarge(),
  COMPRESSION_UNSUPPORTED: compressionUnsupported(),
};
const OF_JSON: NamedErrors = {
  BODY_NOT_JSON: bodyNotJson(),
  BODY_UNREADABLE: bodyUnreadable(),
  JSON_REQUIRED: jsonRequired(),
};
const OF_FILE: NamedErrors = {
  FORM_UNREADABLE: formUnreadable(),
  FILE_TYPE_UNSUPPORTED: fileTypeUnsupported(),
};
const OF_PATH: NamedErrors = { PATH_UNKNOWN: pathUnknown() };

/** The errors of requests that can't be read as a call of this method. Their reason is INVALID_REQUEST. */
export function requestErrorsOf(method: DescMethod, { body, segments }: HttpBinding): NamedErrors {
  const ofContent = method.methodKind === "client_streaming" ? OF_FILE : OF_JSON;
  return {
    ...(body !== "" && { ...ofContent, ...OF_BODY }),
    ...(segments.some(({ isVariable }) => isVariable) && OF_PATH),
  };
}
