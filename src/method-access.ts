import { type DescMethod, getOption } from "@bufbuild/protobuf";
import { type Access, access } from "#gen/waterbill/options/v1/access_pb.js";

/** Reading an option decodes it every time, which costs more than the interceptors that ask for it. */
const declared = new WeakMap<DescMethod, Access>();

/** Who may call a method, as its .proto file declares it; `Access.UNSPECIFIED` if it doesn't. */
export function accessOf(method: DescMethod): Access {
  const known = declared.get(method) ?? getOption(method, access);
  declared.set(method, known);
  return known;
}
