import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";

/** When a day begins where the browser is, `2026-01-31`, or another one after it. Undefined if the text is no day. */
export function startOfDay(text: string, daysLater = 0): Timestamp | undefined {
  const start = new Date(`${text}T00:00`);
  start.setDate(start.getDate() + daysLater);
  return Number.isNaN(start.getTime()) ? undefined : timestampFromDate(start);
}

/** A day as file names have it: `2026-01-31`. */
export function nameOfDay(date: Date): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}
