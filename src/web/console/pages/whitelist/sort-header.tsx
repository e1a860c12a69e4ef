interface SortHeaderProps {
  label: string;
  /** As the service names it in `order_by`. */
  column: "added_at" | "phone";
  orderBy: string;
  onSort(orderBy: string): void;
}

/** The default of the service, which the address doesn't name. */
const DEFAULT_ORDER = "added_at desc";

/** A column header that orders the list by its column, the other way round if it does already. */
export function SortHeader({ label, column, orderBy, onSort }: SortHeaderProps) {
  const [sorted, direction] = (orderBy || DEFAULT_ORDER).split(" ");
  const isSorted = sorted === column;
  const isDescending = direction === "desc";
  const next = isSorted && !isDescending ? `${column} desc` : column;
  return (
    <th scope="col" aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}>
      <button type="button" class="link" onClick={() => onSort(next === DEFAULT_ORDER ? "" : next)}>
        {label}
        {isSorted && <span aria-hidden="true">{isDescending ? " ▼" : " ▲"}</span>}
      </button>
    </th>
  );
}
