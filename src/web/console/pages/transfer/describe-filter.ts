import { formatDay } from "../../messages/format.js";
import type { Catalogue } from "../../messages/fr/catalogue.js";
import { startOfDay } from "../../state/days.js";
import type { ListFilter } from "../whitelist/list-filter.js";

/** The filters in words: names and values. None: the whole list in its usual order. */
export function describeFilter(filter: ListFilter, texts: Catalogue): [string, string][] {
  const { common, transfer, whitelist } = texts;
  const { active, search, addedBy, addedAfter, addedUntil, orderBy } = filter;
  const orders: Readonly<Record<string, string>> = transfer.orders;
  const state = active === "true" ? whitelist.activeCount : whitelist.inactiveCount;
  const described: [string, string][] = [
    [transfer.search, search],
    [common.state, active && state],
    [whitelist.addedBy, addedBy],
    [whitelist.addedAfter, addedAfter && formatDay(startOfDay(addedAfter))],
    [whitelist.addedUntil, addedUntil && formatDay(startOfDay(addedUntil))],
    [transfer.orderBy, orders[orderBy] ?? orderBy],
  ];
  return described.filter(([, value]) => value !== "");
}
