import { testPassword } from "./test-context.js";

/** An app of an account that has signed in, as the service sees it. */
export interface SignedInApp {
  /** The HTTP status of a call that it makes now. */
  callStatus(): Promise<number>;
}

/** Signs in over the network, as an app that calls itself `client`. */
export async function signInApp(origin: string, phone: string, client: string): Promise<SignedInApp> {
  const call = (method: string, body: object, headers = {}) =>
    fetch(`${origin}/waterbill.identity.v1.${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": client, ...headers },
      body: JSON.stringify(body),
    });
  const response = await call("AuthService/Login", { phone, password: testPassword });
  const { tokens } = (await response.json()) as { tokens: { access: string } };
  return {
    async callStatus() {
      const headers = { authorization: `Bearer ${tokens.access}` };
      return (await call("ProfileService/GetProfile", {}, headers)).status;
    },
  };
}
