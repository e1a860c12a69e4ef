import type { User } from "../users/user.js";

/** An open session, as a call with one of its access tokens finds it. */
export interface OpenSession {
  user: User;
  /** The valid refresh token, if nothing has shown yet that the client received it. Null at the first one. */
  unconfirmedId: string | null;
  /** The last recorded use, or else the sign-in, if that was more than an hour ago. */
  staleSince: Date | null;
  /** Time (s) since the sign-in with the password that opened the session. */
  ageSeconds: number;
  /** Whether it has passed the second step, and that still counts. */
  hasSecondFactor: boolean;
}

/** What a call with an access token shows about its session. */
export interface SessionTouch {
  sessionId: string;
  /** The refresh token that the client has evidently received, or null. */
  confirmedId: string | null;
  /** The client's address, recorded with the time if the last recorded use was more than an hour ago; or null. */
  address: string | null;
}
