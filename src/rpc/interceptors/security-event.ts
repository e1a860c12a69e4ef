import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { DomainError } from "../../errors.js";
import { isForAdministrators } from "../../method-access.js";
import { refusalEvent, SECURITY_EVENTS, type SecurityEvent } from "../../telemetry/security-events.js";

/**
 * The event that the log line of a call has; undefined for most calls. `cause` is the error that it failed with, if any, and
 * `isServed` tells whether the method ran: a stream may have failed after that.
 *
 * The methods of administrators are told apart by what they declare, so a new one is logged without being listed here.
 */
export function securityEvent(
  method: DescMethod,
  { cause, isServed }: { cause: unknown; isServed: boolean },
): SecurityEvent | undefined {
  const isStaffs = isForAdministrators(method);
  const refusal = cause instanceof DomainError ? refusalEvent(cause, isStaffs) : undefined;
  if (refusal || !isServed || !isStaffs) return refusal;
  return method.idempotency === IdempotencyLevel.NO_SIDE_EFFECTS
    ? SECURITY_EVENTS.STAFF_READ
    : SECURITY_EVENTS.STAFF_CHANGED;
}
