import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { formatTime } from "../../messages/format.js";
import type { Catalogue } from "../../messages/fr/catalogue.js";

/** What the address says of the list: which numbers, and their order. */
export interface ExportFilters {
  isActive?: boolean;
  search: string;
  addedBy: string;
  addedAfter?: Timestamp;
  addedBefore?: Timestamp;
  orderBy: string;
}

export function readFilters(params: URLSearchParams): ExportFilters {
  const text = (name: string) => params.get(name) ?? "";
  const [isActive, after, before] = [
    text("active"),
    readTime(text("addedAfter")),
    readTime(text("addedBefore")),
  ];
  return {
    search: text("search"),
    addedBy: text("addedBy"),
    orderBy: text("orderBy"),
    ...(isActive && { isActive: isActive === "true" }),
    ...(after && { addedAfter: after }),
    ...(before && { addedBefore: before }),
  };
}

/** A day begins at midnight where the browser is. A text that is no time filters nothing. */
function readTime(text: string): Timestamp | undefined {
  const time = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text);
  return Number.isNaN(time.getTime()) ? undefined : timestampFromDate(time);
}

/** The filters in words: names and values. None: the whole list in its usual order. */
export function describeFilters(filters: ExportFilters, texts: Catalogue["transfer"]): [string, string][] {
  const { isActive, search, addedBy, addedAfter, addedBefore, orderBy } = filters;
  const orders: Readonly<Record<string, string>> = texts.orders;
  const state = isActive ? texts.active : texts.inactive;
  const described: [string, string][] = [
    [texts.search, search],
    [texts.state, isActive === undefined ? "" : state],
    [texts.addedBy, addedBy],
    [texts.addedAfter, addedAfter ? formatTime(addedAfter) : ""],
    [texts.addedBefore, addedBefore ? formatTime(addedBefore) : ""],
    [texts.orderBy, orders[orderBy] ?? orderBy],
  ];
  return described.filter(([, value]) => value !== "");
}
