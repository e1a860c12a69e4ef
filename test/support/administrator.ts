import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import type { User } from "../../src/users/user.js";
import { activeUser, type TestContext, testPassword } from "./test-context.js";

/** An active account that is staff and has signed in. */
export async function administrator(context: TestContext): Promise<{ user: User; tokens: TokenPair }> {
  const { phone } = await activeUser(context);
  const rights = () => ({ isStaff: true, isSuperuser: false });
  const user = await setRights(context.app, { phone, actor: COMMAND_LINE, rights });
  const { tokens } = await login(context.app, { phone, password: testPassword });
  return { user, tokens };
}
