import { expect } from "chai";
import type { RunningService } from "./running-service.js";

export interface Tokens {
  access: string;
  refresh: string;
}

/** The parts of response bodies that the trials read. */
interface Body {
  message?: string;
  data?: { tokens: Tokens };
  /** Of RefreshToken, whose response has no envelope. */
  refresh?: string;
}

export const CUSTOMER = { phone: "+237670000001", password: "Motdepasse123!" };

/** Sends a POST request to the service and returns the parsed response. */
export async function post(service: RunningService, path: string, body: object, token = "") {
  const response = await fetch(`http://127.0.0.1:${service.port}/api/auth/${path}/`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
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

export async function login(service: RunningService, credentials: object): Promise<Tokens> {
  return (await succeed(service, "login", credentials)).data!.tokens;
}

/** Registers and activates CUSTOMER. */
export async function registerCustomer(service: RunningService): Promise<void> {
  const { phone, password } = CUSTOMER;
  const names = { first_name: "John", last_name: "Doe" };
  await succeed(service, "register", { phone, ...names, password, password_confirm: password });
  const [, code] = await service.printed(/Code d'activation pour \+237670000001: (\d{6})/);
  await succeed(service, "activate", { phone, code });
}

/** The superuser that the first start created. */
export async function loginAdministrator(service: RunningService): Promise<Tokens> {
  const [, password] = await service.printed(/password {2}(\S+)/);
  return login(service, { phone: "+237670000999", password });
}
