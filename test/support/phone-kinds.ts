import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { confirmAccountDeletion, requestAccountDeletionByPhone } from "../../src/profile/delete-account.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { activeUser, caller, newPhone, registered, type TestContext } from "./test-context.js";

/** What the service may know of a phone number. */
export type PhoneKind = "unknown" | "whitelisted" | "waiting" | "active" | "deactivated" | "leaving";

/** A new number of each kind. Accounts and registrations have the tests' password, and the address of the tests. */
export const newPhoneOfKind: Record<PhoneKind, (context: TestContext) => Promise<string>> = {
  unknown: async () => newPhone(),
  async whitelisted({ app }) {
    const phone = newPhone();
    await addEntry(app, { phone, notes: "", isActive: true, actor: null });
    return phone;
  },
  waiting: (context) => registered(context),
  active: async (context) => (await activeUser(context)).phone,
  async deactivated(context) {
    const { phone } = await activeUser(context);
    await setAccountActive(context.app, { phone, isActive: false, actor: COMMAND_LINE });
    return phone;
  },
  async leaving(context) {
    const { phone } = await activeUser(context);
    requestAccountDeletionByPhone(context.app, { phone, callerAddress: caller.callerAddress });
    await context.settle();
    const proof = { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
    await confirmAccountDeletion(context.app, proof);
    await context.settle();
    return phone;
  },
};

export const PHONE_KINDS = Object.keys(newPhoneOfKind) as PhoneKind[];
