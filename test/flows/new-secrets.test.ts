import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { type AppContext, createContext } from "../../src/context.js";
import { readDevice } from "../../src/guessing/device-token.js";
import { cancelPhoneChange } from "../../src/profile/cancel-phone-change.js";
import { requestPhoneChange } from "../../src/profile/change-phone.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  caller,
  newPhone,
  person,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

/** A caller at another address, whom only what it carries names. */
const elsewhere = "198.51.100.7";

describe("what was issued under a former secret", () => {
  const context = useTestContext();
  before(() => context.passTime(0));

  /** The same service with other secrets: each new one before the one that it replaces, or instead of it. */
  function renewed({ keepsOld }: { keepsOld: boolean }): AppContext {
    const { config, infrastructure, overrides } = context;
    const { keys } = infrastructure;
    const [token, code] = ["T".repeat(43), Buffer.from("C".repeat(43))];
    const renewedKeys = keepsOld
      ? { ...keys, token: [token, ...keys.token], code: [code, ...keys.code] }
      : { ...keys, token: [token], code: [code] };
    return createContext(config, { ...infrastructure, keys: renewedKeys }, overrides);
  }
  const both = () => renewed({ keepsOld: true });
  const newOnly = () => renewed({ keepsOld: false });

  async function allowedPhone(): Promise<string> {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    return phone;
  }

  it("is still a session, and a refresh token of the new secret is none for the old one alone", async () => {
    const { tokens } = await signedIn(context);
    const next = await refreshSession(both(), { refresh: tokens.refresh });
    expect(context.app.refreshTokens.read(next.refresh)).to.equal(null);
    await refreshSession(both(), { refresh: next.refresh });
    expect(await rejectionReason(refreshSession(newOnly(), { refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
  });

  it("is still a page", () => {
    const token = context.app.pageTokens.issue("list", ["7"]);
    expect(both().pageTokens.read("list", token)).to.deep.equal(["7"]);
    expect(() => newOnly().pageTokens.read("list", token)).to.throw();
  });

  it("is still a registration and its code", async () => {
    const phone = await allowedPhone();
    const { registration = "" } = await register(context.app, { ...person, phone });
    const proof = { phone, code: context.outbox.codeFor(phone), registration, callerAddress: elsewhere };
    expect(await rejectionReason(activate(newOnly(), proof))).to.equal("CODE_INCORRECT");
    expect(await activate(both(), proof)).to.include({ phone });
  });

  it("is still a registration that gets another code", async () => {
    const phone = await allowedPhone();
    const { registration = "" } = await register(context.app, { ...person, phone });
    const first = context.outbox.codeFor(phone);
    context.clock.advance(61);
    await resendCode(both(), { phone, registration, callerAddress: elsewhere });
    await context.settle();
    const second = context.outbox.codeFor(phone);
    expect(second).not.to.equal(first);
    await activate(both(), { phone, code: first, registration, callerAddress: elsewhere });
  });

  it("is still a link and its code", async () => {
    const { phone } = await activeUser(context);
    await requestPasswordReset(context.app, { phone, callerAddress: caller.callerAddress });
    await context.settle();
    const newPassword = `${testPassword}+`;
    const reset = {
      token: context.outbox.tokenFor(phone),
      code: context.outbox.codeFor(phone),
      newPassword,
      newPasswordConfirm: newPassword,
      callerAddress: caller.callerAddress,
    };
    expect(await rejectionReason(confirmPasswordReset(newOnly(), reset))).to.equal("LINK_REJECTED");
    await confirmPasswordReset(both(), reset);
    await login(both(), { phone, password: newPassword });
  });

  it("is still a link that stops a phone change", async () => {
    const { user, tokens } = await signedIn(context);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    const wanted = await allowedPhone();
    const proof = { ...caller, sessionAgeSeconds: 0, currentPassword: "" };
    await requestPhoneChange(context.app, { ...proof, userId: user.id, sessionId, newPhone: wanted });
    await context.settle();
    const stop = { token: context.outbox.cancelTokenFor(user.phone) };
    expect(await rejectionReason(cancelPhoneChange(newOnly(), stop))).to.equal("LINK_REJECTED");
    await cancelPhoneChange(both(), stop);
  });

  it("is still a device, which gets a token of the new secret", async () => {
    const { phone } = await activeUser(context);
    const now = context.clock.now();
    const { device } = await login(context.app, { phone, password: testPassword });
    const again = await login(both(), { phone, password: testPassword, device });
    const idUnder = (app: AppContext, token: string) => readDevice([app.codeKey], token, now)?.id;
    expect(idUnder(both(), again.device))
      .to.deep.equal(idUnder(context.app, device))
      .and.not.equal(undefined);
    expect(idUnder(context.app, again.device)).to.equal(undefined);
  });
});
