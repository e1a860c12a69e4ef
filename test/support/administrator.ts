import { setRights } from "../../src/accounts/set-rights.js";
import { login } from "../../src/auth/login.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import type { User } from "../../src/users/user.js";
import { activeUser, type TestWorld, testPassword } from "./test-context.js";

/** An active account that is staff and has signed in. */
export async function administrator(world: TestWorld): Promise<{ user: User; tokens: TokenPair }> {
  const { phone } = await activeUser(world);
  const rights = () => ({ isStaff: true, isSuperuser: false });
  const user = await setRights(world.parts, { phone, rights });
  const { tokens } = await login(world.parts, { phone, password: testPassword });
  return { user, tokens };
}
