import { type ServiceError, status } from "@grpc/grpc-js";
import { openDirectory, type User } from "./directory.js";
import type { ServiceTokens } from "./service-tokens.js";
import { StatusError } from "./status-error.js";

/** What the identity service knows about users. */
export interface IdentityClient {
  /**
   * Resolves with the accounts that have these ids, by id, active and deactivated. An id may be given more than once.
   *
   * Rejects with UNAVAILABLE if the identity service can't be reached, and with INTERNAL if it refuses this service or
   * fails.
   */
  findUsers(ids: Iterable<number>): Promise<Map<number, User>>;
  close(): void;
}

/** As many ids as BatchGetUsers takes. */
const MAX_BATCH = 500;
/** Codes of calls that may succeed later. */
const TEMPORARY = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.RESOURCE_EXHAUSTED];
/** Codes for a service that is disabled or lacks the scope. */
const REFUSALS = [status.UNAUTHENTICATED, status.PERMISSION_DENIED];

/** `url` is where the identity service is. The tokens need the scope `users.read`. */
export function createIdentityClient(url: string, tokens: ServiceTokens): IdentityClient {
  const directory = openDirectory(url);

  /** Calls with a token, and once more with a new one if that was refused: tokens can be revoked. */
  async function withToken<Response>(call: (token: string) => Promise<Response>): Promise<Response> {
    const token = await tokens.get();
    return call(token).catch(async (error: ServiceError) => {
      if (error.code !== status.UNAUTHENTICATED) throw error;
      tokens.forget(token);
      return call(await tokens.get());
    });
  }

  return {
    async findUsers(ids) {
      const userIds = [...new Set(ids)];
      const found = new Map<number, User>();
      for (let start = 0; start < userIds.length; start += MAX_BATCH) {
        const request = { userIds: userIds.slice(start, start + MAX_BATCH) };
        const { users } = await withToken((token) => directory.batchGetUsers(request, token)).catch(fail);
        for (const user of users) found.set(user.id, user);
      }
      return found;
    },
    close: () => directory.close(),
  };
}

/** Throws what this service's own caller is told, whose token has nothing to do with it. */
function fail(cause: ServiceError | StatusError): never {
  if (cause instanceof StatusError) throw cause;
  if (TEMPORARY.includes(cause.code)) {
    throw new StatusError(status.UNAVAILABLE, "The identity service can't be reached.", { cause });
  }
  const isRefused = REFUSALS.includes(cause.code);
  const message = isRefused ? "The identity service refuses this service." : "The identity service failed.";
  throw new StatusError(status.INTERNAL, message, { cause });
}
