import { expect } from "chai";
import {
  activationCode,
  type Credentials,
  CUSTOMER,
  login,
  registration,
  succeed,
} from "../support/rest-calls.js";
import type { RunningService } from "../support/running-service.js";
import type { SeededRandom } from "../support/seeded-random.js";

/** A session, with the last refresh token that the service acknowledged. */
interface Session {
  refresh: string;
  /** The token before it, whose use was acknowledged. */
  previous?: string;
}

/** What the service has acknowledged, and must never lose. `listed`, `registered` and `activated` are phone numbers. */
export interface Ledger {
  listed: string[];
  registered: string[];
  activated: string[];
  sessions: Session[];
  /** How many calls and imports were acknowledged. */
  calls: number;
}

/** A service under load, until it is killed. */
export interface Load {
  service: RunningService;
  /** Access token of an administrator. */
  access: string;
  ledger: Ledger;
  random: SeededRandom;
  isKilled(): boolean;
}

/** Lines of an import. An import of this size with these notes is all or nothing. */
export const WHOLE_IMPORT = { lines: 200, notes: "whole" };
const CUSTOMERS_AT_ONCE = 8;

let numbers = 0;

function newNumber(): string {
  numbers += 1;
  return `+2377${String(numbers).padStart(8, "0")}`;
}

async function useSession({ service, ledger }: Load, credentials: Credentials): Promise<void> {
  const session: Session = { refresh: (await login(service, credentials)).refresh };
  ledger.calls += 1;
  ledger.sessions.push(session);
  for (let use = 0; use < 3; use++) {
    const { refresh } = session;
    const response = await succeed(service, "token/refresh", { refresh });
    ledger.calls += 1;
    Object.assign(session, { refresh: response.refresh, previous: refresh });
  }
}

/** A number is listed, and its owner registers, activates the account and signs in twice. */
async function serveCustomer(load: Load): Promise<void> {
  const { service, access, ledger } = load;
  const phone = newNumber();
  const acknowledge = (list: string[]) => {
    ledger.calls += 1;
    list.push(phone);
  };
  await succeed(service, "admin/whitelist/add", { phone, notes: "customer" }, access);
  acknowledge(ledger.listed);
  await succeed(service, "register", registration(phone));
  acknowledge(ledger.registered);
  await succeed(service, "activate", { phone, code: await activationCode(service, phone) });
  acknowledge(ledger.activated);
  await useSession(load, { ...CUSTOMER, phone });
  await useSession(load, { ...CUSTOMER, phone });
}

async function importNumbers({ service, access, ledger, random }: Load): Promise<void> {
  const isWhole = random.once(2);
  const { lines } = WHOLE_IMPORT;
  const notes = isWhole ? WHOLE_IMPORT.notes : "in part";
  const phones = Array.from({ length: lines }, newNumber);
  const url = `http://127.0.0.1:${service.port}/api/admin/whitelist/import/?all_or_nothing=${isWhole}`;
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "text/csv", Authorization: `Bearer ${access}` },
    body: `phone;notes\n${phones.map((phone) => `${phone};${notes}\n`).join("")}`,
  });
  const { data } = (await response.json()) as { data: { added_count: number } };
  expect([response.status, data.added_count]).to.deep.equal([200, lines]);
  ledger.calls += 1;
  ledger.listed.push(...phones);
}

/** Repeats `work` until the service is killed. What fails then was not acknowledged. */
async function repeat(load: Load, work: (load: Load) => Promise<void>): Promise<void> {
  try {
    while (!load.isKilled()) await work(load);
  } catch (error) {
    if (!load.isKilled()) throw error;
  }
}

/** Keeps customers and an administrator busy until the service is killed. Fails if a call fails before. */
export async function runLoad(load: Load): Promise<void> {
  const customers = Array.from({ length: CUSTOMERS_AT_ONCE }, () => repeat(load, serveCustomer));
  await Promise.all([...customers, repeat(load, importNumbers)]);
}
