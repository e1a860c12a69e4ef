import { type DescMessage, type DescMethod, getOption, hasOption, ScalarType } from "@bufbuild/protobuf";
import { http } from "#gen/google/api/annotations_pb.js";
import type { HttpRule } from "#gen/google/api/http_pb.js";
import { LoggableError } from "../system/loggable-error.js";

/** One part of a path, between two slashes. */
interface Segment {
  /** The literal text, or the name of the field that takes the value of this segment. */
  name: string;
  isVariable: boolean;
}

/** One way to call a method over REST. */
export interface HttpBinding {
  httpMethod: string;
  segments: readonly Segment[];
  /**
   * The target of the request body: `*` for the whole message, a name for one field of it, empty for none.
   * A bytes field takes a file as it is.
   */
  body: string;
  /** The bytes field whose values, in sequence, are the response file; empty if the response is the message. */
  responseBody: string;
}

/** `/api/auth/users/{id}` */
export function pathTemplate({ segments }: HttpBinding): string {
  return segments.map(({ name, isVariable }) => (isVariable ? `/{${name}}` : `/${name}`)).join("");
}

/** Reads the bindings of a method's `google.api.http` option; none without the option. Throws if a rule is not supported. */
export function readDeclaredRules(method: DescMethod): HttpBinding[] {
  if (!hasOption(method, http)) return [];
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].map((each) => readRule(method, each));
}

/**
 * The bindings that a method is served at: those that it declares, and for every path below `/api/auth/` the one below
 * `/api/`.
 */
export function readHttpRules(method: DescMethod): HttpBinding[] {
  return readDeclaredRules(method).flatMap((binding) => {
    const [api, auth, ...rest] = binding.segments;
    const isBelowAuth = api?.name === "api" && auth?.name === "auth";
    return isBelowAuth ? [binding, { ...binding, segments: [api, ...rest] }] : [binding];
  });
}

function readRule(method: DescMethod, { pattern, body, responseBody }: HttpRule): HttpBinding {
  if (pattern.case === undefined || pattern.case === "custom") {
    throw new LoggableError(`${method}: its http rule has no HTTP method or path`);
  }
  const isFile = method.methodKind === "client_streaming";
  if (body !== "" && body !== "*" && !isFieldOf(method.input, body, isFile ? "bytes" : "message")) {
    throw new LoggableError(
      `${method}: its http body names no ${isFile ? "bytes" : "message"} field: ${body}`,
    );
  }
  if (responseBody !== "" && !isFieldOf(method.output, responseBody, "bytes")) {
    throw new LoggableError(`${method}: its http response body names no bytes field: ${responseBody}`);
  }
  const path = pattern.value.replace(/^\//, "").replace(/\/$/, "");
  const segments = path.split("/").map((text) => readSegment(method, text));
  return { httpMethod: pattern.case.toUpperCase(), segments, body, responseBody };
}

function isFieldOf({ fields }: DescMessage, name: string, kind: "bytes" | "message"): boolean {
  const field = fields.find((each) => each.name === name);
  if (kind === "message") return field?.fieldKind === "message";
  return field?.fieldKind === "scalar" && field.scalar === ScalarType.BYTES;
}

/** Reads a segment: plain text or one variable. Other patterns of google.api.http are not needed, so they throw. */
function readSegment(method: DescMethod, text: string): Segment {
  if (!/[{}*]/.test(text)) return { name: text, isVariable: false };
  const name = /^\{(\w+)\}$/.exec(text)?.[1];
  const field = method.input.fields.find((each) => each.name === name);
  if (!name || field?.fieldKind !== "scalar")
    throw new LoggableError(`${method}: ${text} in its http path names no scalar field`);
  return { name, isVariable: true };
}
