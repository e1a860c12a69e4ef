import { type DescMethod, getOption } from "@bufbuild/protobuf";
import { Access, access, scope } from "#gen/waterbill/options/v1/access_pb.js";

/** Reading an option decodes it every time, which costs more than the interceptors that ask for it. */
const declared = new WeakMap<DescMethod, Access>();
const declaredScopes = new WeakMap<DescMethod, string>();

/** Who may call a method, as its .proto file declares it; `Access.UNSPECIFIED` if it doesn't. */
export function accessOf(method: DescMethod): Access {
  const known = declared.get(method) ?? getOption(method, access);
  declared.set(method, known);
  return known;
}

/** Whether a method is for administrators, superusers or all of them. */
export function isForAdministrators(method: DescMethod): boolean {
  const level = accessOf(method);
  return level === Access.ADMIN || level === Access.SUPERUSER;
}

/** What a service must be allowed to do to call a method, as its .proto file declares it; empty if it declares nothing. */
export function scopeOf(method: DescMethod): string {
  const known = declaredScopes.get(method) ?? getOption(method, scope);
  declaredScopes.set(method, known);
  return known;
}

/** What services can be allowed to do: the scopes of these methods, in alphabetical order. */
export function scopesOf(methods: Iterable<DescMethod>): string[] {
  const scopes = [...methods].map(scopeOf).filter((name) => name !== "");
  return [...new Set(scopes)].sort();
}
