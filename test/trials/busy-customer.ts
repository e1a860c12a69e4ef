import { setTimeout as delay } from "node:timers/promises";
import { type Credentials, CUSTOMER, post } from "../support/rest-calls.js";
import type { RunningService } from "../support/running-service.js";

/** Time (ms) between two rounds of calls. */
const ROUND_MS = 200;

/** Signs CUSTOMER in and out, right and wrong, over and over. Returns a function that ends it. */
export function keepBusy(service: RunningService): () => Promise<void> {
  const ending = new AbortController();
  const running = run(service, ending.signal);
  return async () => {
    ending.abort();
    await running;
  };
}

async function run(service: RunningService, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    await signInAndOut(service, CUSTOMER);
    await post(service, "login", { ...CUSTOMER, password: "wrong" });
    await post(service, "password/forgot", { phone: CUSTOMER.phone });
    await post(service, "register", { phone: CUSTOMER.phone });
    await delay(ROUND_MS);
  }
}

async function signInAndOut(service: RunningService, { phone, password }: Credentials): Promise<void> {
  const { status, body } = await post(service, "login", { phone, password });
  // The limit is reached now and then.
  if (status !== 200) return;
  const { access, refresh } = body.data!.tokens;
  const { body: next } = await post(service, "token/refresh", { refresh });
  await post(service, "logout", { refresh: next.refresh }, access);
}
