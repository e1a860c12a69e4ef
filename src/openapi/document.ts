import type { DescMethod, JsonObject } from "@bufbuild/protobuf";
import { readDeclaredRules } from "../rest/http-rules.js";
import { SUCCESS_RESPONSES } from "../rest/success-responses.js";
import { LoggableError } from "../system/loggable-error.js";
import type { Comments } from "./comments.js";
import { createComponents } from "./components.js";
import { INTRODUCTION } from "./introduction.js";
import { operation, pathOf, type RestMethod, tagOf } from "./operation.js";

/** How clients sign their requests. */
const SECURITY_SCHEMES = {
  jwtAuth: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of `POST /api/auth/login/` or `POST /api/auth/token/refresh/`.",
  },
};

/**
 * The OpenAPI document of the REST API (https://spec.openapis.org/oas/v3.1.1). It says what the .proto files and the tables
 * of REST, errors, messages and limits say, and nothing of its own but examples and the introduction.
 */
export function openApiDocument(comments: Comments, version: string): JsonObject {
  const components = createComponents();
  const methods = restMethods();
  const paths: Record<string, JsonObject> = {};
  for (const each of methods) {
    for (const binding of each.bindings) {
      const path = pathOf(binding);
      const made = operation({ comments, components }, each, binding);
      paths[path] = { ...paths[path], [binding.httpMethod.toLowerCase()]: made };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "WaterBill Identity",
      version,
      license: { name: "Apache License 2.0", identifier: "Apache-2.0" },
      description: INTRODUCTION,
    },
    servers: [{ url: "/" }],
    tags: tagsOf(comments, methods),
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, ...components.all() },
  };
}

/** The methods that REST has, in the order of their services and .proto files. */
function restMethods(): RestMethod[] {
  const services = Array.from(SUCCESS_RESPONSES.keys(), (method: DescMethod | undefined) => {
    // The generator runs before the compiler, which says the same.
    if (!method) {
      throw new LoggableError("rest/success-responses.ts has a method that proto/ lacks: npx tsc names it");
    }
    return method.parent;
  });
  return [...new Set(services)]
    .flatMap(({ methods }): readonly DescMethod[] => methods)
    .map((method) => ({ method, bindings: readDeclaredRules(method) }));
}

/** One tag for each service, with the first paragraph of its comment: the others are about all of its methods. */
function tagsOf(comments: Comments, methods: readonly RestMethod[]): JsonObject[] {
  const services = new Map(methods.map(({ method }) => [tagOf(method), comments.of(method.parent)]));
  return Array.from(services, ([name, comment]) => ({ name, description: comment.split("\n\n")[0]! }));
}
