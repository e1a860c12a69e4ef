import type { User } from "../users/user.js";

/** An open session, as a call with one of its access tokens finds it. */
export interface OpenSession {
  user: User;
  /** The valid refresh token. */
  refreshId: string;
  /** Whether nothing has shown yet that the client received the valid refresh token. False at the first one. */
  isUnconfirmed: boolean;
  lastUsedAt: Date | null;
  /** Whether the last recorded use was more than an hour ago. */
  isStale: boolean;
  /** Time (s) since the sign-in with the password that opened the session. */
  ageSeconds: number;
}

/** What a call with an access token shows about its session. */
export interface SessionTouch {
  sessionId: string;
  /** The refresh token that the client has evidently received, or null. */
  confirmedId: string | null;
  /** The client's address, recorded with the time if the last recorded use was more than an hour ago; or null. */
  address: string | null;
}
