import type { ServiceImpl } from "@connectrpc/connect";
import type { DirectoryService } from "#gen/waterbill/identity/v1/directory_service_pb.js";
import { toUserMessage } from "../users/user-message.js";
import { type BatchGetUsersDeps, batchGetUsers } from "./batch-get-users.js";
import { type IntrospectTokenDeps, introspectToken } from "./introspect-token.js";
import { toIntrospectionMessage } from "./introspection-message.js";

export type DirectoryServiceDeps = BatchGetUsersDeps & IntrospectTokenDeps;

/** DirectoryService on the wire: messages to use cases and back. */
export function createDirectoryService(deps: DirectoryServiceDeps): ServiceImpl<typeof DirectoryService> {
  return {
    async batchGetUsers({ userIds, phones }) {
      const { users, unknownIds, unknownPhones } = await batchGetUsers(deps, { userIds, phones });
      return { users: users.map(toUserMessage), unknownUserIds: unknownIds, unknownPhones };
    },

    async introspectToken({ token }) {
      return toIntrospectionMessage(await introspectToken(deps, token));
    },
  };
}
