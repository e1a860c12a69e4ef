import { readFileSync } from "node:fs";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { Ajv2020, type AnySchema, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";

/** The parts of an operation that tests read. */
export interface Operation {
  operationId: string;
  description: string;
  security: Record<string, string[]>[];
  parameters: (Parameter | { $ref: string })[];
  requestBody?: { required?: boolean; content: Record<string, MediaType> };
  responses: Record<string, ApiResponse | { $ref: string }>;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: JsonObject;
  example: JsonValue;
}

export interface MediaType {
  schema: JsonObject;
  example?: JsonValue;
  examples?: Record<string, { value: JsonValue }>;
}

export interface ApiResponse {
  description: string;
  headers: Record<string, unknown>;
  content: Record<string, MediaType>;
}

interface ApiDocument {
  openapi: string;
  info: { description: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: Record<"schemas" | "responses" | "parameters" | "headers", Record<string, JsonObject>>;
}

/** The document as it is committed. */
export const apiDocument = JSON.parse(readFileSync("gen/openapi.json", "utf8")) as ApiDocument;

/** One way to call the API. */
export interface Call {
  httpMethod: string;
  path: string;
  operation: Operation;
}

export const calls: readonly Call[] = Object.entries(apiDocument.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({
    httpMethod: method.toUpperCase(),
    path,
    operation,
  })),
);

/** Follows a reference to a component. */
export function resolve<T extends object>(value: T | { $ref: string }): T {
  if (!("$ref" in value)) return value;
  const [, , section, name] = value.$ref.split("/") as [
    string,
    string,
    keyof ApiDocument["components"],
    string,
  ];
  return apiDocument.components[section][name] as T;
}

const KEY = "openapi.json";
// The formats that no validator knows are for readers.
const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: { phone: true, password: true, binary: true, int32: true, int64: true },
});
formats.default(ajv);
// References lead to components only, and the rest would take long to read.
const { schemas } = apiDocument.components;
ajv.addSchema({ components: { schemas } } as AnySchema, KEY, false, false);

const compiled = new Map<string, ValidateFunction>();

/** What of a value doesn't match a schema of the document; empty if all of it does. */
export function mismatches(schema: JsonObject, value: unknown): string {
  const text = JSON.stringify(schema);
  // References are relative to the document.
  const validate =
    compiled.get(text) ?? ajv.compile(JSON.parse(text.replaceAll('"#/', `"${KEY}#/`)) as JsonObject);
  compiled.set(text, validate);
  return validate(value) ? "" : ajv.errorsText(validate.errors);
}

// The first schema takes the longest: not while a service responds in this process, whose time-outs are short.
mismatches({ $ref: "#/components/schemas/Error" }, {});
