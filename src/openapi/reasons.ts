import type { DescMethod } from "@bufbuild/protobuf";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { ERROR_TABLE, type Reason } from "../errors.js";
import { accessOf } from "../method-access.js";
import type { Comments } from "./comments.js";

/** What callers get whom the access of a method refuses. */
const REASONS_BY_ACCESS: Readonly<Record<Access, readonly Reason[]>> = {
  [Access.UNSPECIFIED]: [],
  [Access.PUBLIC]: [],
  [Access.OPTIONAL]: ["UNAUTHENTICATED"],
  [Access.USER]: ["UNAUTHENTICATED"],
  [Access.ADMIN]: ["UNAUTHENTICATED", "ADMIN_REQUIRED", "REAUTHENTICATION_REQUIRED"],
  [Access.SUPERUSER]: ["UNAUTHENTICATED", "SUPERUSER_REQUIRED", "REAUTHENTICATION_REQUIRED"],
  [Access.SERVICE]: ["UNAUTHENTICATED", "SCOPE_REQUIRED"],
};

const ALL_REASONS = Object.keys(ERROR_TABLE) as Reason[];

/**
 * The reasons that a call can fail with, in the order of the error table: those that the comments of the method and of its
 * service name, and those of its access.
 */
export function reasonsOf(comments: Comments, method: DescMethod): Reason[] {
  const text = `${comments.of(method.parent)} ${comments.of(method)}`;
  const named = new Set<string>([
    ...(text.match(/\b[A-Z][A-Z_]+\b/g) ?? []),
    ...REASONS_BY_ACCESS[accessOf(method)],
  ]);
  return ALL_REASONS.filter((reason) => named.has(reason));
}
