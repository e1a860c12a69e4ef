import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { SessionSchema } from "#gen/waterbill/identity/v1/session_pb.js";
import type { ListedSession } from "./listed-session.js";

/** The session as its owner and administrators see it. */
export function toSessionMessage(session: ListedSession): MessageInitShape<typeof SessionSchema> {
  return {
    id: session.id,
    createdAt: timestampFromDate(session.createdAt),
    lastUsedAt: timestampFromDate(session.lastUsedAt),
    client: session.client,
    address: session.address,
    isCurrent: session.isCurrent,
  };
}
