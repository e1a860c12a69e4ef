import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { clearLimits as clear } from "../../src/accounts/clear-limits.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { laterActsOf } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, registered, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, useAllClients } from "./all-protocols.js";

const { clearLimits } = AccountService.method;
const { register, activate, login, resendCode } = AuthService.method;
const { requestPhoneChange } = ProfileService.method;

const REASON = "Bloqué par des inconnus, rappelé au 222";

describe("limits of a number that an administrator clears", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);

  async function staff(): Promise<{ id: number; access: string }> {
    const { user, tokens } = await administrator(service.context);
    return { id: user.id, access: tokens.access };
  }

  it("let an owner register whom strangers in ten networks kept from it", async () => {
    const { app, outbox } = service.context;
    const { access } = await staff();
    for (const protocol of protocols) {
      const phone = newPhone();
      await addEntry(app, { phone, notes: "", isActive: true, actor: null });
      const passwords = { password: testPassword, password_confirm: testPassword };
      const input = { phone, first_name: "Ada", last_name: "Doe", ...passwords };
      for (let index = 0; index < 10; index += 1) {
        const { challenge } = await accepted(protocol.at(`203.0.${index}.66`).call(register, input));
        recordSecret((challenge as { registration: string }).registration);
      }
      const owner = protocol.at("198.51.100.7");
      await expectRefusal(owner.call(register, input), "RATE_LIMITED");
      await accepted(protocol.call(clearLimits, { phone, reason: REASON }, access));
      const { challenge } = await accepted(owner.call(register, input));
      const { registration } = challenge as { registration: string };
      recordSecret(registration);
      await accepted(owner.call(activate, { phone, registration, code: outbox.codeFor(phone) }));
    }
  });

  it("are recorded with the reason, unless there was nothing to clear", async () => {
    const { context } = service;
    const { id, access } = await staff();
    for (const protocol of protocols) {
      const user = await activeUser(context);
      for (const phone of [` ${user.phone.slice(1)} `, user.phone]) {
        await accepted(protocol.call(clearLimits, { phone, reason: ` ${REASON} ` }, access));
      }
      const acts = await laterActsOf(context.app, user.id);
      expect(acts, protocol.name).to.have.length(1);
      expect(acts[0]).to.deep.include({
        action: "limits_cleared",
        actor: { kind: "administrator", id },
        reason: REASON,
      });
    }
  });

  it("need an administrator, a reason, and a superuser for a superuser's number", async () => {
    const { context } = service;
    const { access } = await staff();
    const superuser = await activeUser(context);
    const { phone } = superuser;
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(context.app, { phone, rights, actor: COMMAND_LINE });
    for (const protocol of protocols) {
      await expectRefusal(protocol.call(clearLimits, { phone, reason: REASON }), "UNAUTHENTICATED");
      const blank = await expectRefusal(
        protocol.call(clearLimits, { phone, reason: " " }, access),
        "INVALID_REQUEST",
      );
      expect(Object.keys(blank.fields), protocol.name).to.deep.equal(["reason"]);
      await expectRefusal(
        protocol.call(clearLimits, { phone, reason: REASON }, access),
        "SUPERUSER_REQUIRED",
      );
    }
    const actor = { kind: "administrator", id: superuser.id } as const;
    await clear(context.app, { phone, reason: REASON, actor });
  });
});

for (const [place, environment] of [
  ["memory", { REDIS_URL: "" }],
  ["Redis", {}],
] as const) {
  describe(`what an owner used up in a day, with rate limits in ${place}`, () => {
    const service = useTestService({
      environment: {
        ...generousLimits,
        LIMIT_RESEND_CODE: "5/day",
        LIMIT_PHONE_BASED: "1/day",
        ...environment,
      },
    });
    const protocols = useAllClients(service);

    async function whitelisted(): Promise<string> {
      const phone = newPhone();
      await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
      return phone;
    }

    it("is given anew: resends, attempts at codes, and phone changes", async () => {
      const { context } = service;
      for (const protocol of protocols) {
        const { tokens } = await administrator(context);
        const clearOf = (phone: string) =>
          accepted(protocol.call(clearLimits, { phone, reason: REASON }, tokens.access));
        const phone = newPhone();
        await accepted(protocol.call(resendCode, { phone }));
        await registered(context, phone);
        for (let sends = 2; sends <= 5; sends += 1) {
          context.clock.advance(60);
          await accepted(protocol.call(resendCode, { phone }));
        }
        context.clock.advance(60);
        const wrong = { phone, code: "x" };
        await expectRefusal(protocol.call(activate, wrong), "CODE_INCORRECT");
        await expectRefusal(protocol.call(activate, wrong), "RATE_LIMITED");
        await expectRefusal(protocol.call(resendCode, { phone }), "RATE_LIMITED");

        await clearOf(phone);
        const { header } = await protocol.call(resendCode, { phone });
        expect(header.get("x-ratelimit-remaining"), protocol.name).to.equal("4");
        await accepted(protocol.call(activate, { phone, code: context.outbox.codeFor(phone) }));

        const signIn = await accepted(protocol.call(login, { phone, password: testPassword }));
        const { access } = signIn.tokens as { access: string };
        const change = async () => {
          const input = { new_phone: await whitelisted(), current_password: testPassword };
          return protocol.call(requestPhoneChange, input, access);
        };
        for (let request = 1; request <= 5; request += 1) await accepted(change());
        await expectRefusal(change(), "RATE_LIMITED");
        await clearOf(phone);
        await accepted(change());
      }
    });
  });
}
