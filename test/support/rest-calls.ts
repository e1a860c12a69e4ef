import { expect } from "chai";
import type { RunningService } from "./running-service.js";

export interface Tokens {
  access: string;
  refresh: string;
}

export interface Credentials {
  phone: string;
  password: string;
}

/** The parts of response bodies that the trials read. */
interface Body {
  message?: string;
  data?: { tokens: Tokens; challenge?: { registration: string } };
  /** Of RefreshToken, whose response has no envelope. */
  refresh?: string;
  access?: string;
}

export const CUSTOMER = { phone: "+237670000001", password: "Motdepasse123!" };

/**
 * Sends a POST request to the service and returns the parsed response. A service that trusts 127.0.0.1 as a proxy counts
 * it as coming from `address`.
 */
export async function post(service: RunningService, path: string, body: object, token = "", address = "") {
  const response = await fetch(`http://127.0.0.1:${service.port}/api/auth/${path}/`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(address && { "X-Forwarded-For": address }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Same, and fails unless the response is a success. */
export async function succeed(service: RunningService, path: string, body: object, token = "") {
  const response = await post(service, path, body, token);
  expect(response.status, response.body.message).to.be.below(300);
  return response.body;
}

export async function login(service: RunningService, credentials: Credentials): Promise<Tokens> {
  return (await succeed(service, "login", credentials)).data!.tokens;
}

/** The body of Register for `phone` and the password of CUSTOMER. */
export function registration(phone: string): object {
  const { password } = CUSTOMER;
  return { phone, first_name: "John", last_name: "Doe", password, password_confirm: password };
}

/** The activation code that the service prints for `phone`. */
export async function activationCode(service: RunningService, phone: string): Promise<string> {
  const [, code = ""] = await service.printed(new RegExp(`Code d'activation pour \\${phone}: (\\d{6})`));
  return code;
}

/** Registers and activates CUSTOMER. */
export async function registerCustomer(service: RunningService): Promise<void> {
  const { phone } = CUSTOMER;
  await succeed(service, "register", registration(phone));
  await succeed(service, "activate", { phone, code: await activationCode(service, phone) });
}

/** The superuser that the first start created, with the password that it printed. */
export async function administratorOf(service: RunningService): Promise<Credentials> {
  const [, password = ""] = await service.printed(/password {2}(\S+)/);
  return { phone: "+237670000999", password };
}
