import { type DescMessage, type DescMethod, getOption, hasOption, ScalarType } from "@bufbuild/protobuf";
import { http } from "#gen/google/api/annotations_pb.js";
import type { HttpRule } from "#gen/google/api/http_pb.js";

/** One part of a path, between two slashes. */
export interface Segment {
  /** The text itself, or the name of the field that takes whatever stands there. */
  name: string;
  isVariable: boolean;
}

/** One way to call a method over REST. */
export interface HttpBinding {
  httpMethod: string;
  segments: readonly Segment[];
  /**
   * Where the body goes: `*` is the whole message, a name one field of it, empty nowhere. To a field of bytes goes a
   * file, as it is.
   */
  body: string;
  /** The field of bytes whose pieces are the file that is answered; empty: the message is answered. */
  responseBody: string;
}

/**
 * The ways that a method's `google.api.http` option declares, none without the option. Each path below
 * `/api/auth/` also stands below `/api/`. Throws for a rule that means nothing here.
 */
export function readHttpRules(method: DescMethod): HttpBinding[] {
  if (!hasOption(method, http)) return [];
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].flatMap((each) => {
    const binding = readRule(method, each);
    const [api, auth, ...rest] = binding.segments;
    const isBelowAuth = api?.name === "api" && auth?.name === "auth";
    return isBelowAuth ? [binding, { ...binding, segments: [api, ...rest] }] : [binding];
  });
}

function readRule(method: DescMethod, { pattern, body, responseBody }: HttpRule): HttpBinding {
  if (pattern.case === undefined || pattern.case === "custom") {
    throw new Error(`${method}: its http rule has no HTTP method and path`);
  }
  const isFile = method.methodKind === "client_streaming";
  if (body !== "" && body !== "*" && !isFieldOf(method.input, body, isFile ? "bytes" : "message")) {
    throw new Error(`${method}: no ${isFile ? "bytes" : "message"} field ${body} for its http body`);
  }
  if (responseBody !== "" && !isFieldOf(method.output, responseBody, "bytes")) {
    throw new Error(`${method}: no bytes field ${responseBody} for its http response body`);
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

/** A segment is plain text, or one variable: of the patterns that google.api.http knows none is needed. */
function readSegment(method: DescMethod, text: string): Segment {
  if (!/[{}*]/.test(text)) return { name: text, isVariable: false };
  const name = /^\{(\w+)\}$/.exec(text)?.[1];
  const field = method.input.fields.find((each) => each.name === name);
  if (!name || field?.fieldKind !== "scalar")
    throw new Error(`${method}: no scalar field for ${text} in its http path`);
  return { name, isVariable: true };
}
