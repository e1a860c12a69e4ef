import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { AuthService } from "../gen/waterbill/identity/v1/auth_service_pb.js";
import { type AccountMethods, createAccountMethods } from "./account-methods.js";
import { createBackOff } from "./back-off.js";
import { createChallenges } from "./challenge.js";
import { type Clock, systemClock } from "./clock.js";
import { createDeadline } from "./deadline.js";
import { createLifetimes } from "./lifetimes.js";
import { browserLocks, createLock, type WebLocks } from "./locks.js";
import { createPlainTransport } from "./plain-transport.js";
import { createErrors } from "./read-error.js";
import { refreshSession } from "./refresh.js";
import { type CallOptions, createResponses } from "./responses.js";
import { createServices, type Services } from "./services.js";
import { createSessionTransport } from "./session-transport.js";
import { createSessions } from "./sessions.js";
import { createSignInMethods, type SignInMethods } from "./sign-in-methods.js";
import { createStateStore } from "./state-store.js";
import type { TokenStore } from "./token-store.js";

const DEFAULT_TIMEOUT_MS = 15_000;
/** Of one attempt: a server that doesn't answer is asked again. */
const REFRESH_TIMEOUT_MS = 10_000;

export interface IdentityClientOptions {
  /** The service, e.g. `https://identity.example.com`. */
  baseUrl: string;
  store: TokenStore;
  /** For messages: `fr`, `en`, or any Accept-Language. A function is asked before each call. */
  language?: string | (() => string);
  /**
   * The session has ended, and not by this client's `logout`: the service refused to renew it, or another tab signed
   * out. Called once for a session, however many calls fail.
   */
  onSignedOut?: () => void;
  /** Milliseconds that a call may take, with the wait for a new access token. Default 15,000; 0 for no limit. */
  timeoutMs?: number;
  /** How messages are encoded. Default "json". */
  format?: "json" | "binary";
  fetch?: typeof globalThis.fetch;
  /** Instead of one made from `baseUrl`, `format` and `fetch`. */
  transport?: Transport;
  /** For tests. */
  clock?: Clock;
  /** For tests: as Math.random. */
  random?: () => number;
  /** Default `navigator.locks`; null for none. */
  locks?: WebLocks | null;
}

export interface IdentityClient extends SignInMethods, AccountMethods {
  readonly services: Services;
  /** Sends calls with the session's token: for the clients of further services of the same server. */
  readonly transport: Transport;
  /** Whether a session is on this device. No network call. */
  isSignedIn(): Promise<boolean>;
  /**
   * A usable access token, for calls of other services. Rejects with SIGNED_OUT.
   * @param options `refused`: a token that another service did not accept, and that is not returned again
   */
  accessToken(options?: CallOptions & { refused?: string }): Promise<string>;
  /** Ends the wait after failed refreshes: for apps that learn that the network is back. */
  retryNow(): void;
  /** Stops listening to other tabs. */
  close(): void;
}

/** A client of the identity service that keeps its user signed in. */
export function createIdentityClient(options: IdentityClientOptions): IdentityClient {
  const { store: tokenStore, clock = systemClock, random = Math.random, onSignedOut = () => {} } = options;
  const { language: wanted, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const language = () => (typeof wanted === "function" ? wanted() : wanted);
  const challenges = createChallenges(clock);
  const errors = createErrors(challenges, language);
  const lockDeps = {
    store: tokenStore,
    locks: options.locks === null ? undefined : (options.locks ?? browserLocks()),
    clock,
  };
  const store = createStateStore({ ...lockDeps, lock: createLock(lockDeps, "store"), errors });
  const plain = createPlainTransport({
    base: options.transport ?? createBaseTransport(options),
    challenges,
    errors,
    language,
  });
  const plainAuth = createClient(AuthService, plain);
  const lifetimes = createLifetimes(clock, random);
  const backOff = createBackOff(clock, random);
  const refreshDeps = {
    store,
    lock: createLock(lockDeps, "refresh"),
    clock,
    errors,
    lifetimes,
    exchange: (refresh: string) => plainAuth.refreshToken({ refresh }, { timeoutMs: REFRESH_TIMEOUT_MS }),
  };
  const sessions = createSessions({
    store,
    lifetimes,
    backOff,
    errors,
    refresh: (seen) => refreshSession(refreshDeps, seen),
    onSignedOut,
  });
  const transport = createSessionTransport({ plain, sessions, clock, errors, timeoutMs });
  const services = createServices(transport);
  const responses = createResponses(errors, challenges);

  // A store that fails is noticed by the next call.
  const look = () => void sessions.check().catch(() => undefined);
  const unsubscribe = tokenStore.subscribe?.(look);
  if (unsubscribe) look();

  return {
    ...createSignInMethods({ auth: services.auth, plainAuth, sessions, store, responses, clock }),
    ...createAccountMethods(services.profile, responses),
    services,
    transport,
    isSignedIn: async () => (await sessions.check()) !== undefined,
    async accessToken(call = {}) {
      if (call.refused) sessions.refuse(call.refused);
      const deadline = createDeadline(
        { clock, errors },
        { timeoutMs: call.timeoutMs ?? timeoutMs, signal: call.signal },
      );
      const grant = await sessions.grant(deadline);
      if (!grant) throw errors.create("SIGNED_OUT");
      return grant.access;
    },
    retryNow: () => backOff.skip(),
    close: () => unsubscribe?.(),
  };
}

function createBaseTransport({ baseUrl, format, fetch }: IdentityClientOptions): Transport {
  return createConnectTransport({ baseUrl, useBinaryFormat: format === "binary", ...(fetch && { fetch }) });
}
