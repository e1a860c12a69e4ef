/** An open session, as its owner and administrators see it. */
export interface ListedSession {
  id: string;
  /** The time of the sign-in. */
  createdAt: Date;
  /** The last recorded use, or else the sign-in. */
  lastUsedAt: Date;
  /** The client's name, from `clientName`; empty if it sent none. */
  client: string;
  /** The IP address of the last recorded use; empty if it is unknown. */
  address: string;
  /** Whether it is the session of whoever reads the list. */
  isCurrent: boolean;
}
