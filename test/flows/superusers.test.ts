import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { administrator } from "../support/administrator.js";
import { useTestService } from "../support/service.js";
import { activeUser, signedIn } from "../support/test-context.js";
import { accepted, expectRefusal, useAllClients } from "./all-protocols.js";

const { setAccountActive: setActive } = AccountService.method;
const { getProfile } = ProfileService.method;
const SUPERUSER = { isStaff: false, isSuperuser: true };

describe("a staff account", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  async function superuser() {
    const signed = await signedIn(service.context);
    const { phone } = signed.user;
    await setRights(service.context.app, { phone, actor: COMMAND_LINE, rights: () => SUPERUSER });
    return { phone, access: signed.tokens.access };
  }

  it("can't deactivate a superuser over any protocol, and other accounts as before", async () => {
    const { tokens } = await administrator(service.context);
    const { phone, access } = await superuser();
    for (const client of protocols) {
      const refused = client.call(setActive, { phone, is_active: false }, tokens.access);
      await expectRefusal(refused, "SUPERUSER_REQUIRED");
      await accepted(client.call(getProfile, {}, access));
      const other = await activeUser(service.context);
      await accepted(client.call(setActive, { phone: other.phone, is_active: false }, tokens.access));
    }
  });

  it("can't reactivate a superuser over any protocol", async () => {
    const { tokens } = await administrator(service.context);
    const [{ phone }] = [await superuser(), await superuser()];
    await setAccountActive(service.context.app, { phone, isActive: false, actor: COMMAND_LINE });
    for (const client of protocols) {
      const refused = client.call(setActive, { phone, is_active: true }, tokens.access);
      const { message } = await expectRefusal(refused, "SUPERUSER_REQUIRED");
      expect(message, client.name).to.equal("Réservé aux super-administrateurs.");
    }
  });

  it("is above them once it is a superuser itself", async () => {
    const { user, tokens } = await administrator(service.context);
    const rights = () => SUPERUSER;
    await setRights(service.context.app, { phone: user.phone, actor: COMMAND_LINE, rights });
    const { phone } = await superuser();
    for (const [index, client] of protocols.entries()) {
      await accepted(client.call(setActive, { phone, is_active: index % 2 === 1 }, tokens.access));
    }
  });
});
