import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  AccountState,
  type ListAccountsRequestSchema,
} from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { startOfDay } from "../../state/days.js";

const ACCOUNTS_PER_PAGE = 50;

const DEFAULT_ORDER = "date_joined desc";

/** The states by which accounts are filtered, as the address has them. */
const STATES: Readonly<Record<string, AccountState>> = {
  active: AccountState.ACTIVE,
  deactivated: AccountState.DEACTIVATED,
  leaving: AccountState.LEAVING,
};

/** What the address says about the list. Empty: no filter, the default order. */
export type AccountFilters = Record<"search" | "state" | "staff" | "from" | "until" | "sort", string>;

export function readFilters(params: URLSearchParams): AccountFilters {
  const read = (name: keyof AccountFilters) => params.get(name) ?? "";
  return {
    search: read("search"),
    state: read("state"),
    staff: read("staff"),
    from: read("from"),
    until: read("until"),
    sort: read("sort"),
  };
}

export const orderOf = ({ sort }: AccountFilters): string => sort || DEFAULT_ORDER;

/** Of the default order, the address has nothing. */
export const sortOf = (order: string): string => (order === DEFAULT_ORDER ? "" : order);

export function toRequest(
  filters: AccountFilters,
  pageToken: string,
): MessageInitShape<typeof ListAccountsRequestSchema> {
  const { search, state, staff, from, until } = filters;
  const joinedAfter = startOfDay(from);
  const joinedBefore = startOfDay(until, 1);
  return {
    pageSize: ACCOUNTS_PER_PAGE,
    pageToken,
    search,
    state: STATES[state] ?? AccountState.UNSPECIFIED,
    orderBy: orderOf(filters),
    ...(staff && { isStaff: staff === "yes" }),
    ...(joinedAfter && { joinedAfter }),
    ...(joinedBefore && { joinedBefore }),
  };
}

/** The number that a search without result is about; null if it is about something else. */
export function phoneIn(search: string): string | null {
  if (!/^[\d\s+()./-]+$/.test(search)) return null;
  const phone = search.replace(/[^\d+]/g, "");
  // Shorter texts are ids of accounts.
  return /^\+?\d{9,15}$/.test(phone) ? phone : null;
}
