import {
  type Clock,
  createIdentityClient,
  type IdentityClient,
  type IdentityClientOptions,
  IdentityError,
  memoryStore,
  type StoredState,
  type TokenStore,
  type WebLocks,
  type WebStorage,
} from "../../../clients/typescript/src/index.js";
import { recordSecret } from "../../support/log.js";
import { rejection } from "../../support/rejection.js";
import { activeUser, type TestContext, testPassword } from "../../support/test-context.js";
import { type VirtualTime, virtualTime } from "../../support/virtual-time.js";

/** A device, whose time passes only while `time.pass` waits. */
export interface Device {
  client: IdentityClient;
  store: TokenStore;
  time: VirtualTime;
  /** How often the client said that its session has ended. */
  signedOut: number;
  /** Lets time pass until the call is done. */
  call<T>(work: (client: IdentityClient) => Promise<T>): Promise<T>;
  /** Lets time pass. */
  pass(seconds: number): Promise<void>;
}

type DeviceOptions = Partial<IdentityClientOptions> & { time?: VirtualTime };

export function clockOf(time: VirtualTime): Clock {
  return {
    now: () => time.clock.monotonicMs(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        signal?.addEventListener("abort", () => resolve());
        void time.wait(ms).then(resolve);
      }),
  };
}

/** Reads the whole body, so that a call is over when `fetch` resolves. */
export async function wholeFetch(...args: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...args);
  const body = await response.arrayBuffer();
  return new Response(body, response);
}

export function newDevice(origin: string, { time = virtualTime(), ...options }: DeviceOptions = {}): Device {
  const store = options.store ?? memoryStore();
  const client = createIdentityClient({
    baseUrl: origin,
    clock: clockOf(time),
    fetch: time.instant(wholeFetch),
    random: () => 0.5,
    locks: null,
    ...options,
    store,
    onSignedOut() {
      device.signedOut += 1;
    },
  });
  const device: Device = {
    client,
    store,
    time,
    signedOut: 0,
    call: (work) => time.pass(work(client)),
    pass: (seconds) => time.pass(time.wait(seconds * 1000)),
  };
  return device;
}

/** A device on which a new customer is signed in. */
export async function signedInDevice(
  context: TestContext,
  origin: string,
  options?: DeviceOptions,
): Promise<Device & { phone: string }> {
  const { phone } = await activeUser(context);
  const device = newDevice(origin, options);
  await device.call((client) => client.login({ phone, password: testPassword }));
  return Object.assign(device, { phone });
}

/** Lets so much time pass everywhere that the access token is over. */
export async function outliveAccessToken(context: TestContext, device: Device): Promise<void> {
  await context.passTime(16 * 60);
  await device.pass(16 * 60);
}

export async function stateOf({ store }: { store: TokenStore }): Promise<StoredState> {
  const state = (await store.get()) ?? {};
  const { access, refresh } = state.session ?? {};
  for (const secret of [access, refresh, state.device]) if (secret) recordSecret(secret);
  return state;
}

/** The IdentityError that a call fails with. */
export async function failure(call: Promise<unknown>): Promise<IdentityError> {
  const error = await rejection(call);
  if (!(error instanceof IdentityError)) throw error;
  return error;
}

/** What all tabs of a browser share. */
export function browserStorage(): WebStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

/** Web Locks as browsers have them: shared by all tabs, each lock held by one at a time, in the order of asking. */
export function browserLocks(): WebLocks {
  const last = new Map<string, Promise<unknown>>();
  return {
    request(name, { signal }, work) {
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))),
      );
      aborted.catch(() => undefined);
      let isGivenUp = false;
      const turn = (last.get(name) ?? Promise.resolve()).then(() => (isGivenUp ? undefined : work()));
      last.set(
        name,
        turn.catch(() => undefined),
      );
      const refused = aborted.catch((error: unknown) => {
        isGivenUp = true;
        throw error;
      });
      return Promise.race([turn as ReturnType<typeof work>, refused]);
    },
  };
}
