import { confirmSecondFactor, type SecondFactor } from "../../src/auth/confirm-second-factor.js";
import { type LoginInput, login, type SignedIn } from "../../src/auth/login.js";
import { requestSecondFactor } from "../../src/auth/request-second-factor.js";
import type { Principal } from "../../src/caller.js";
import type { AppContext } from "../../src/context.js";
import { caller, type TestContext, testPassword } from "./test-context.js";

/** A sign-in, and its session as a call with its token finds it. */
export interface Session extends SignedIn {
  principal: Principal;
}

/** Signs an account in. */
export async function openSession(
  { app }: Pick<TestContext, "app">,
  phone: string,
  input: Partial<LoginInput> = {},
): Promise<Session> {
  const signedIn = await login(app, { phone, password: testPassword, ...input });
  return { ...signedIn, principal: await app.verifyAccessToken(signedIn.tokens.access) };
}

/** Asks for a code for the second step, and returns it. */
export async function secondFactorCode(
  { app, outbox }: Pick<TestContext, "app" | "outbox">,
  { principal: { user, sessionId } }: Session,
): Promise<string> {
  await requestSecondFactor(app, { ...caller, user, sessionId });
  return outbox.codeFor(user.phone);
}

/** Confirms the second step. */
export function confirmStep(
  app: AppContext,
  { principal: { user, sessionId }, device }: Session,
  code: string,
): Promise<SecondFactor> {
  return confirmSecondFactor(app, { ...caller, user, sessionId, code, device });
}

/** Whether the methods for administrators take a session for one that has passed the second step. */
export async function hasPassed(app: AppContext, { tokens }: Pick<Session, "tokens">): Promise<boolean> {
  return (await app.verifyAccessToken(tokens.access)).hasSecondFactor;
}
