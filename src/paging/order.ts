import { invalidField } from "../errors.js";

/** The order of a list: by a column, then by id. */
export interface Order<Column extends string> {
  column: Column;
  isDescending: boolean;
}

/**
 * Parses the `order_by` of a request (AIP-132): one of `columns`, then optionally `asc` or `desc`. Empty means the
 * first column, newest rows first. Throws INVALID_REQUEST.
 */
export function parseOrder<Column extends string>(
  columns: readonly [Column, ...Column[]],
  orderBy: string,
): Order<Column> {
  const [name, direction = "asc", ...rest] = orderBy.trim().split(/\s+/);
  if (name === "") return { column: columns[0], isDescending: true };
  const column = columns.find((known) => known === name);
  if (!column || !["asc", "desc"].includes(direction) || rest.length > 0) {
    const allowed = columns.flatMap((known) => [known, `${known} desc`]).join(", ");
    throw invalidField("order_by", (m) => m.orderInvalid(allowed));
  }
  return { column, isDescending: direction === "desc" };
}
