import { invalidField } from "../errors.js";

/** The order of a list: a column, and then the id. */
export interface Order<Column extends string> {
  column: Column;
  isDescending: boolean;
}

/**
 * Reads the `order_by` of a request: one of `columns`, with `desc` behind it for the reverse (AIP-132). Empty means the
 * first column, the newest rows first. Throws INVALID_REQUEST.
 */
export function parseOrder<Column extends string>(
  columns: readonly [Column, ...Column[]],
  text: string,
): Order<Column> {
  const [name, direction = "asc", ...rest] = text.trim().split(/\s+/);
  if (name === "") return { column: columns[0], isDescending: true };
  const column = columns.find((known) => known === name);
  if (!column || !["asc", "desc"].includes(direction) || rest.length > 0) {
    const known = columns.flatMap((each) => [each, `${each} desc`]).join(", ");
    throw invalidField("order_by", (m) => m.orderInvalid(known));
  }
  return { column, isDescending: direction === "desc" };
}
