import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { currentLanguage } from "./language.js";

/** Day before month, and 24 hours, in both languages. */
const locale = () => (currentLanguage() === "en" ? "en-GB" : "fr");

/** A time in the language and time zone of the browser; a dash if there is none. */
export function formatTime(time: Timestamp | undefined): string {
  if (!time) return "–";
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(locale(), style).format(timestampDate(time));
}

/** The day of a time; a dash if there is none. */
export function formatDay(time: Timestamp | undefined): string {
  if (!time) return "–";
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(timestampDate(time));
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** A share, from 0 to 1, as a whole number of percent. */
export function formatPercent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(share);
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte"] as const;

/** A size in bytes, in the largest unit of which it has one. */
export function formatBytes(bytes: number): string {
  const power = Math.min(2, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: BYTE_UNITS[power]!,
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** power);
}

/** The time of day of something that is about to happen. */
export function formatClock(time: Date): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "medium" }).format(time);
}
