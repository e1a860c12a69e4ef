import type { Operation } from "../sms/sms-gateway.js";
import { networkKey } from "../system/address-key.js";
import type { ReserveAccess, SendRequest } from "./sms-quota.js";

interface OperationCaller {
  purpose: Operation;
  /** Whether the caller is known as the account's owner: by a session, or by an address that the account knows. */
  isOwner: boolean;
  /** The caller's IP address. */
  callerAddress: string;
}

/** A code for an operation that a caller asks for, as the sending quotas see it. */
export function operationRequest({ callerAddress, ...caller }: OperationCaller): SendRequest {
  return { purpose: caller.purpose, network: networkKey(callerAddress), reserve: reserveOf(caller) };
}

/** The number of a phone change has no account, and the caller is not its owner: it counts as for a registration. */
export function reserveOf({ purpose, isOwner }: Pick<OperationCaller, "purpose" | "isOwner">): ReserveAccess {
  if (purpose === "phone_change") return "first_send";
  return isOwner ? "always" : "never";
}
