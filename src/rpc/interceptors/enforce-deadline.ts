import type { Interceptor } from "@connectrpc/connect";
import { deadlineKey, untilAborted } from "../deadline.js";
import { unlessStopped, untilStopped } from "../stream-messages.js";

/**
 * Ends the call when its deadline passes, whether or not the service watches `context.signal`: the client has stopped
 * waiting, and no response can reach it. A call whose deadline has already passed doesn't start.
 */
export const enforceDeadline: Interceptor = (next) => async (request) => {
  if (request.stream) {
    const { signal } = request;
    const message = untilStopped(request.message, signal);
    const response = await unlessStopped(next({ ...request, message }), signal);
    return response.stream ? { ...response, message: untilStopped(response.message, signal) } : response;
  }
  const expiry = request.contextValues.get(deadlineKey);
  expiry?.throwIfAborted();
  return untilAborted(next(request), expiry);
};
