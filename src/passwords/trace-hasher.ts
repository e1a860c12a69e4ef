import { failureAttributes } from "../telemetry/span-failure.js";
import type { Tracing } from "../telemetry/tracing.js";
import type { PasswordHasher } from "./password-hash.js";

/** Records a span for each password hash, from when it is queued: it is most of the time of a login. */
export function traceHasher(hasher: PasswordHasher, { inSpan }: Pick<Tracing, "inSpan">): PasswordHasher {
  const inHash = <T>(name: string, work: () => Promise<T>) =>
    inSpan({ name, isRemote: false, attributes: {} }, work, failureAttributes);

  return {
    hash: (...args) => inHash("hash password", () => hasher.hash(...args)),
    verify: (...args) => inHash("verify password", () => hasher.verify(...args)),
    verifyNothing: (...args) => inHash("verify password", () => hasher.verifyNothing(...args)),
    get waiting() {
      return hasher.waiting;
    },
    get running() {
      return hasher.running;
    },
  };
}
