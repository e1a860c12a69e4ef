import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { formatTime } from "../messages/format.js";

/** A time in a cell, on one line; a dash if there is none. */
export function Time({ at }: { at: Timestamp | undefined }) {
  return at ? <time dateTime={timestampDate(at).toISOString()}>{formatTime(at)}</time> : <>–</>;
}
