import * as z from "zod";
import { listEntries, oneOf } from "./config-values.js";

// The formats of OpenTelemetry's variables, which have the names and defaults of its specification
// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).

/** The part of requests that is recorded, 0 to 1. */
export const ratio = z
  .string()
  .refine(
    (text) => /^(0|1|[01]?\.\d+)$/.test(text) && Number(text) <= 1,
    "must be a number from 0 to 1, like 0.1",
  )
  .transform(Number);

export const sampler = oneOf(
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
);

/** A pair, with a percent-encoded value. No control character can end a header. */
function parsePair(text: string): [string, string] | null {
  const [, name = "", value = ""] = /^([\w.-]+)\s*=\s*(.*)$/.exec(text) ?? [];
  if (name === "") return null;
  try {
    const decoded = decodeURIComponent(value);
    return /^[ -~]*$/.test(decoded) ? [name, decoded] : null;
  } catch {
    return null;
  }
}

/** Pairs of names and values, separated by commas. */
export const pairs = z.string().transform((list, context): Readonly<Record<string, string>> => {
  const entries = listEntries(list).map((entry, index) => {
    const pair = parsePair(entry);
    if (pair) return pair;
    context.addIssue({
      code: "custom",
      message: `entry ${index + 1} must be a pair like name=value, with special characters percent-encoded`,
    });
    return z.NEVER;
  });
  return Object.fromEntries(entries);
});
