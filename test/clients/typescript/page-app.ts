import type { ConnectError, Transport } from "@connectrpc/connect";
import type * as Package from "../../../clients/typescript/src/index.js";

/** The app of a page, as its global `app`. */
export interface PageApp {
  client: Package.IdentityClient;
  /** How often the client said that its session has ended. */
  signedOut: number;
  /** The IdentityError that a call fails with, as the tests can read it outside of the page. */
  failure(call: Promise<unknown>): Promise<PageFailure>;
}

export interface PageFailure {
  reason: Package.IdentityErrorReason;
  message: string;
  isTransient: boolean;
  retryAfterSeconds: number | undefined;
  attemptsLeft: number | undefined;
  /** The header fields of the response that the page may read. */
  headers: Record<string, string>;
}

/** What the app needs of its window. */
interface Page {
  localStorage: Package.WebStorage;
  addEventListener(type: "online", listener: () => void): void;
}

/** Runs in the page, which gets the text of this file: it imports nothing but types. */
export function startApp(
  { createIdentityClient, IdentityError, webStorageStore }: typeof Package,
  page: Page,
  options: { baseUrl: string; transport?: Transport },
): PageApp {
  const client = createIdentityClient({
    ...options,
    store: webStorageStore(page.localStorage),
    onSignedOut() {
      app.signedOut += 1;
    },
  });
  page.addEventListener("online", () => client.retryNow());

  async function failure(call: Promise<unknown>): Promise<PageFailure> {
    const error: unknown = await call.then(
      () => new Error("the call succeeded"),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof IdentityError)) throw error;
    const { reason, message, isTransient, retryAfterSeconds, challenge } = error;
    const cause = error.cause as ConnectError | undefined;
    return {
      reason,
      message,
      isTransient,
      retryAfterSeconds,
      attemptsLeft: challenge?.attemptsLeft,
      headers: Object.fromEntries(cause?.metadata ?? []),
    };
  }

  const app: PageApp = { client, signedOut: 0, failure };
  return app;
}
