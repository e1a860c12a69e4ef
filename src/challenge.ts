/** What is known about the SMS that a code was sent in. */
export type Delivery = "pending" | "accepted";

/** How to go on after a code was sent (contract.md, section 3). */
export interface Challenge {
  /** When the code sent last stops working. */
  expiresAt: Date;
  /** When the caller may have another code sent. */
  resendAt: Date;
  /** Wrong codes that are still allowed before all codes are locked. */
  attemptsLeft: number;
  /** Codes that the caller may still have sent to the phone number for this purpose in the current 24 hours. */
  sendsLeft: number;
  delivery: Delivery;
  /** The registration's secret name; only in the response of Register. */
  registration?: string;
}
