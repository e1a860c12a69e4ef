import { startOfDay } from "../../state/days.js";

/** The default of the service, which the address doesn't name. */
const DEFAULT_ORDER = "added_at desc";

/** The filters and the order of the list, as the address has them. Empty: no filter, the default order. */
export interface ListFilter {
  search: string;
  active: string;
  addedBy: string;
  /** The first and the last day, in the browser's time zone: `2026-01-31`. */
  addedAfter: string;
  addedUntil: string;
  orderBy: string;
}

/** What each parameter may be; anything else in an address that people typed is no filter. */
const FORMS: Record<keyof ListFilter, RegExp> = {
  search: /./,
  active: /^(true|false)$/,
  addedBy: /./,
  addedAfter: /^\d{4}-\d\d-\d\d$/,
  addedUntil: /^\d{4}-\d\d-\d\d$/,
  orderBy: /^(added_at|phone|phone desc)$/,
};

export const NO_FILTER: ListFilter = {
  search: "",
  active: "",
  addedBy: "",
  addedAfter: "",
  addedUntil: "",
  orderBy: "",
};

export function readFilter(params: URLSearchParams): ListFilter {
  const filter = { ...NO_FILTER };
  for (const name of Object.keys(FORMS) as (keyof ListFilter)[]) {
    const value = params.get(name) ?? "";
    if (FORMS[name].test(value)) filter[name] = value;
  }
  return filter;
}

/** Names what the filters select, in whatever order. */
export const selectionKey = (filter: ListFilter): string => JSON.stringify({ ...filter, orderBy: "" });

/** Whether the filters select the whole list. */
export const selectsAll = (filter: ListFilter): boolean => selectionKey(filter) === selectionKey(NO_FILTER);

/** What requests for the list, and for its export, say of it. */
export function toRequest(filter: ListFilter) {
  const { search, active, addedBy, orderBy } = filter;
  const addedAfter = startOfDay(filter.addedAfter);
  const addedBefore = startOfDay(filter.addedUntil, 1);
  return {
    ...{ search, addedBy, orderBy },
    ...(active && { isActive: active === "true" }),
    ...(addedAfter && { addedAfter }),
    ...(addedBefore && { addedBefore }),
  };
}

/** The order of the list, as `order_by` has it. */
export const orderOf = ({ orderBy }: ListFilter): string => orderBy || DEFAULT_ORDER;

/** What the address says of an order. */
export const orderParam = (order: string): string => (order === DEFAULT_ORDER ? "" : order);
