import { type AccessToken, readAccessToken } from "./access-token.js";
import { cookieAuth, currentToken, isOver, replaceToken } from "./current-token.js";
import { followMark, readMark, type SessionMark, writeMark } from "./session-mark.js";
import { currentIdentity, type SignOutReason, sessionState } from "./session-state.js";
import { errors } from "./transports.js";

/** Time (ms) for a sign-out: who leaves a computer should not have to wait. */
const LOGOUT_TIMEOUT_MS = 15_000;

let leaving: Promise<void> | null = null;

/** Continues the session of the browser, if it has one, and follows what other tabs do with it. */
export function openSession(): Promise<void> {
  followMark(obey);
  return startSession();
}

/** Once more, after the network failed. */
export async function startSession(): Promise<void> {
  const mark = readMark();
  if (mark.kind === "open") await continueSession();
  else if (mark.kind === "leaving") await signOut();
  else signedOut(mark.kind === "ended" ? "over" : null);
}

async function continueSession(): Promise<void> {
  const before = sessionState.get();
  const isAtWork = before.kind === "signed-out" && before.reason === "ended";
  sessionState.set({ kind: "starting", error: null });
  try {
    const { identity } = await currentToken();
    sessionState.set({ kind: "signed-in", identity });
  } catch (error) {
    if (isOver(error)) endSession(isAtWork ? "ended" : "over");
    // Else something has happened meanwhile.
    else if (sessionState.get().kind === "starting") {
      sessionState.set({ kind: "starting", error: errors.read(error) });
    }
  }
}

/** Throws an IdentityError: for what Login throws. */
export async function signIn(phone: string, password: string): Promise<void> {
  // Its response removes the cookie, which is then that of the new session.
  if (readMark().kind === "leaving") await signOut();
  const { tokens, secondFactorRequired } = await cookieAuth.login({ phone, password });
  const token = readAccessToken(tokens?.access ?? "", tokens?.accessExpiresIn ?? 0);
  replaceToken(token);
  const { identity } = token;
  writeMark({ kind: "open", userId: identity.userId });
  sessionState.set(
    secondFactorRequired
      ? { kind: "second-step", identity, isInterruption: false }
      : { kind: "signed-in", identity },
  );
}

/** Ends the session, here at once, and then at the service. What the page shows meanwhile says how far that is. */
export function signOut(reason: SignOutReason | null = null): Promise<void> {
  leaving ??= leave(reason).finally(() => {
    leaving = null;
  });
  return leaving;
}

async function leave(reason: SignOutReason | null): Promise<void> {
  writeMark({ kind: "leaving" });
  sessionState.set({ kind: "signed-out", reason, remainder: "closing" });
  let isClosed = true;
  try {
    const token = await currentToken();
    // Who has no rights here leaves nothing.
    const forgets = reason === "no-rights" ? { "x-forget-device": "true" } : {};
    const headers = { authorization: `Bearer ${token.value}`, ...forgets };
    await cookieAuth.logout({}, { headers, timeoutMs: LOGOUT_TIMEOUT_MS });
  } catch (error) {
    isClosed = isOver(error);
  }
  // Somebody may have signed in in another tab.
  if (sessionState.get().kind !== "signed-out") return;
  if (isClosed) {
    writeMark({ kind: "none" });
    signedOut(reason);
  } else sessionState.set({ kind: "signed-out", reason, remainder: "open" });
}

/** The token for a call. Throws an IdentityError, SIGNED_OUT if the session is over. */
export async function accessToken(): Promise<AccessToken> {
  const owner = currentIdentity();
  if (!owner) throw errors.create("SIGNED_OUT");
  let token: AccessToken;
  try {
    token = await currentToken();
  } catch (error) {
    if (!isOver(error)) throw error;
    endSession("ended");
    throw errors.create("SIGNED_OUT", { cause: error });
  }
  if (token.identity.userId === owner.userId) return token;
  // Somebody else has signed in in another tab: the call of the first one must not be made in their name.
  sessionState.set({ kind: "signed-in", identity: token.identity });
  throw errors.create("CANCELED");
}

/** The service asks for the second step. What the user does meanwhile stays. */
export function demandSecondStep(): void {
  const state = sessionState.get();
  if (state.kind !== "signed-in") return;
  sessionState.set({ kind: "second-step", identity: state.identity, isInterruption: true });
}

/** The session has passed the second step, here and in the other tabs. */
export function passSecondStep(): void {
  const identity = currentIdentity();
  if (!identity) return;
  writeMark({ kind: "open", userId: identity.userId });
  sessionState.set({ kind: "signed-in", identity });
}

/** The service has ended the session. */
function endSession(reason: "over" | "ended"): void {
  if (sessionState.get().kind === "signed-out") return;
  writeMark({ kind: "ended" });
  signedOut(reason);
}

function signedOut(reason: SignOutReason | null): void {
  replaceToken(null);
  sessionState.set({ kind: "signed-out", reason, remainder: "none" });
}

/** Does what another tab has done. */
function obey(mark: SessionMark): void {
  const state = sessionState.get();
  if (mark.kind === "open") follow(mark.userId);
  else if (mark.kind === "ended") {
    if (state.kind !== "signed-out") signedOut("ended");
  } else if (state.kind !== "signed-out" || state.reason === "ended") signedOut("elsewhere");
  else if (mark.kind === "none") signedOut(state.reason);
}

/** In another tab, `userId` has signed in or passed the second step. */
function follow(userId: number): void {
  const state = sessionState.get();
  if (state.kind === "second-step" && state.identity.userId === userId) {
    sessionState.set({ kind: "signed-in", identity: state.identity });
  } else if (currentIdentity()?.userId !== userId) {
    replaceToken(null);
    void startSession();
  }
}
