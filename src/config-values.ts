import { type CountryCode, isSupportedCountry } from "libphonenumber-js/max";
import { z } from "zod";

// The formats of environment variables.

/** At most `limit` calls in any `seconds` seconds. */
export interface Rate {
  limit: number;
  seconds: number;
}

const SECONDS_PER_UNIT = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** `15/minute`, or several rates with different periods, separated by commas: `1/minute,5/day`. */
export const rates = z
  .string()
  .transform((text, context): readonly Rate[] => {
    return text.split(",").map((part) => {
      const match = /^\s*([1-9]\d{0,8})\/(second|minute|hour|day)\s*$/.exec(part);
      if (!match) {
        context.addIssue({ code: "custom", message: "must look like 15/minute or 1/minute,5/day" });
        return z.NEVER;
      }
      return {
        limit: Number(match[1]),
        seconds: SECONDS_PER_UNIT[match[2] as keyof typeof SECONDS_PER_UNIT],
      };
    });
  })
  .refine(
    (parsed) => new Set(parsed.map(({ seconds }) => seconds)).size === parsed.length,
    "contains a period twice",
  );

export const whole = z.coerce.number("must be a whole number").int("must be a whole number");
export const positive = whole.positive("must be greater than 0");
export const secret = z.string().min(32, "must have at least 32 characters");
export const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);
export const flag = z.enum(["true", "false"]).transform((text) => text === "true");
export const region = z.custom<CountryCode>(
  (text) => typeof text === "string" && isSupportedCountry(text),
  "must be a region like CM (ISO 3166-1 alpha-2)",
);
export const webUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
