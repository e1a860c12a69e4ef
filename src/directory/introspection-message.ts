import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { IntrospectTokenResponseSchema } from "#gen/waterbill/identity/v1/directory_service_pb.js";
import { fullName, rolesOf } from "../users/user.js";
import type { ActiveToken } from "./introspect-token.js";

/** What services learn of a token; null: it is not active. */
export function toIntrospectionMessage(
  token: ActiveToken | null,
): MessageInitShape<typeof IntrospectTokenResponseSchema> {
  if (!token) return { active: false };
  const { owner, subject, tokenId, issuedAt, expiresAt } = token;
  const common = {
    active: true,
    subject,
    tokenId,
    issuedAt: timestampFromMs(issuedAt * 1000),
    expiresAt: timestampFromMs(expiresAt * 1000),
  };
  if ("scopes" in owner) return { ...common, clientId: owner.name, scopes: [...owner.scopes] };
  const { user, sessionId } = owner;
  return {
    ...common,
    userId: user.id,
    phone: user.phone,
    firstName: user.firstName,
    lastName: user.lastName,
    fullName: fullName(user),
    roles: rolesOf(user),
    sessionId,
  };
}
