import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ListWhitelistEntriesRequestSchema } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";

/** The filters and the order of the list, as the address has them. Empty: no filter, the default order. */
export interface ListFilter {
  search: string;
  active: string;
  addedBy: string;
  /** A day in the browser's time zone: `2026-01-31`. */
  addedAfter: string;
  addedBefore: string;
  orderBy: string;
}

/** What each parameter may be; anything else in an address that people typed is no filter. */
const FORMS: Record<keyof ListFilter, RegExp> = {
  search: /./,
  active: /^(true|false)$/,
  addedBy: /./,
  addedAfter: /^\d{4}-\d\d-\d\d$/,
  addedBefore: /^\d{4}-\d\d-\d\d$/,
  orderBy: /^(added_at|phone|phone desc)$/,
};

export const NO_FILTER: ListFilter = {
  search: "",
  active: "",
  addedBy: "",
  addedAfter: "",
  addedBefore: "",
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

export function toRequest(filter: ListFilter): MessageInitShape<typeof ListWhitelistEntriesRequestSchema> {
  const { search, active, addedBy, orderBy } = filter;
  const addedAfter = startOf(filter.addedAfter);
  const addedBefore = startOf(filter.addedBefore);
  return {
    ...{ search, addedBy, orderBy },
    ...(active && { isActive: active === "true" }),
    ...(addedAfter && { addedAfter }),
    ...(addedBefore && { addedBefore }),
  };
}

/** When a day begins where the browser is. */
function startOf(day: string) {
  const start = new Date(`${day}T00:00`);
  return Number.isNaN(start.getTime()) ? null : timestampFromDate(start);
}
