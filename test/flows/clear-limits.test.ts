import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { clearLimits as clear } from "../../src/accounts/clear-limits.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { laterActsOf } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, useAllClients } from "./all-protocols.js";

const { clearLimits } = AccountService.method;
const { register, activate } = AuthService.method;

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
