import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { activeUser, newPhone, registered, type TestContext } from "./test-context.js";

/** What the service may know of a phone number. */
export type PhoneKind = "unknown" | "whitelisted" | "waiting" | "active" | "deactivated";

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
};

export const PHONE_KINDS = Object.keys(newPhoneOfKind) as PhoneKind[];
