import type { Operation } from "../sms/sms-gateway.js";
import { networkKey } from "../system/address-key.js";
import type { ReserveAccess, SendRequest } from "./sms-quota.js";

interface LinkCaller {
  purpose: Operation;
  /** Whether a session of the account asks for the code. */
  isSignedIn: boolean;
  /** The caller's IP address. */
  callerAddress: string;
}

/** A code with a link that a caller asks for, as the sending quotas see it. */
export function linkRequest({ callerAddress, ...caller }: LinkCaller): SendRequest {
  return { purpose: caller.purpose, network: networkKey(callerAddress), reserve: reserveOf(caller) };
}

/** The number of a phone change has no account, and the caller is not its owner: it counts as for a registration. */
function reserveOf({ purpose, isSignedIn }: Pick<LinkCaller, "purpose" | "isSignedIn">): ReserveAccess {
  if (purpose === "phone_change") return "first_send";
  return isSignedIn ? "always" : "never";
}
