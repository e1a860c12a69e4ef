import type { DescMethod, JsonObject } from "@bufbuild/protobuf";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { accessOf } from "../method-access.js";
import { type HttpBinding, pathTemplate } from "../rest/http-rules.js";
import { LoggableError } from "../system/loggable-error.js";
import { splitSummary } from "./comments.js";
import { errorResponsesOf } from "./error-responses.js";
import { describeLimits } from "./limits.js";
import { operationName } from "./operation-name.js";
import { parametersOf } from "./parameters.js";
import { requestBodyOf } from "./request-body.js";
import { successResponseOf } from "./success-response.js";
import type { Sources } from "./value-schema.js";

/** A method, and the ways to call it over REST: the first one is the usual one. */
export interface RestMethod {
  method: DescMethod;
  bindings: readonly HttpBinding[];
}

/** The path of a binding as the .proto file has it. */
export const pathOf = (binding: HttpBinding) => `${pathTemplate(binding)}/`;

/** `AuthService` is shown as "Auth". */
export const tagOf = ({ parent }: Pick<DescMethod, "parent">) => parent.name.replace(/Service$/, "");

/** One way to call a method. Throws if its .proto file doesn't say what it does. */
export function operation(
  sources: Sources,
  { method, bindings }: RestMethod,
  binding: HttpBinding,
): JsonObject {
  const { summary, rest } = splitSummary(sources.comments.of(method));
  if (summary === "") {
    throw new LoggableError(`${method}: its .proto file has no comment on it, or gen/ has more than proto/`);
  }
  const [usual] = bindings;
  const isUsual = binding === usual;
  const same = isUsual ? "" : `The same as \`${usual!.httpMethod} ${pathOf(usual!)}\`.`;
  const requestBody = requestBodyOf(sources, method, binding);
  return {
    tags: [tagOf(method)],
    operationId: `${operationId(method)}${isUsual ? "" : suffix(usual!, binding)}`,
    summary,
    description: [same, rest, describeLimits(method)].filter(Boolean).join("\n\n"),
    ...(method.deprecated && { deprecated: true }),
    ...securityOf(method),
    parameters: parametersOf(sources, method, binding),
    ...(requestBody && { requestBody }),
    responses: {
      ...successResponseOf(sources, method),
      ...errorResponsesOf(sources, method, binding),
    },
  };
}

/** Names the usual way to call a method: `login`. */
export function operationId(method: DescMethod): string {
  const name = operationName(method);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

/** How an unusual way to call a method differs from the usual one: `ViaPutProfile`, `ViaSessionId`. */
function suffix(usual: HttpBinding, binding: HttpBinding): string {
  const last = ({ segments }: HttpBinding) => segments.at(-1)!.name;
  const parts = [
    binding.httpMethod === usual.httpMethod ? "" : binding.httpMethod.toLowerCase(),
    ...(pathOf(binding) === pathOf(usual) ? [] : last(binding).split("_")),
  ];
  return `Via${parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("")}`;
}

/** The token that a method needs or takes. */
function securityOf(method: DescMethod): JsonObject {
  switch (accessOf(method)) {
    case Access.PUBLIC:
      return { security: [] };
    case Access.OPTIONAL:
      return { security: [{}, { jwtAuth: [] }] };
    default:
      return { security: [{ jwtAuth: [] }] };
  }
}
