interface SortHeaderProps {
  label: string;
  column: string;
  /** How the list is ordered, as `order_by` has it: `phone desc`. */
  order: string;
  addressOfOrder(order: string): string;
}

/** The header of a column by which a list can be ordered. The first click is for ascending order, the next one turns it. */
export function SortHeader({ label, column, order, addressOfOrder }: SortHeaderProps) {
  const isAscending = order === column;
  const isDescending = order === `${column} desc`;
  const direction = isDescending ? "descending" : "ascending";
  return (
    <th scope="col" aria-sort={isAscending || isDescending ? direction : undefined}>
      <a href={addressOfOrder(isAscending ? `${column} desc` : column)}>
        {label}
        {(isAscending || isDescending) && <span aria-hidden="true">{isDescending ? " ▼" : " ▲"}</span>}
      </a>
    </th>
  );
}
