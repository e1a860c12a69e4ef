// What an app does with the TypeScript client, from registration to sign-out:
//
//   npx tsx examples/app/walk.ts [phone] [base URL] [file for the tokens]
import { fileURLToPath } from "node:url";
// In a project of its own: from "@waterbill/identity-client".
import {
  createIdentityClient,
  type IdentityClient,
  IdentityError,
  memoryStore,
  type ProfileChanges,
  type TokenStore,
} from "../../clients/typescript/src/index.js";
import { activate } from "./activation.js";
import { printError, showRefusal, withRetries } from "./errors.js";
import { fileStore } from "./file-store.js";

const [
  phone = "+237670000002",
  baseUrl = process.env.BASE_URL ?? "http://localhost:8000",
  file = fileURLToPath(new URL("session.json", import.meta.url)),
] = process.argv.slice(2);
const password = "Motdepasse123!";

/** What an app does when it starts. */
function start(store: TokenStore): IdentityClient {
  return createIdentityClient({
    baseUrl,
    store,
    // Messages in English. French is the default.
    language: "en",
    // Only the service ends a session, so an app shows its sign-in here and nowhere else.
    onSignedOut: () => console.log("Event: signed out"),
  });
}

async function register(): Promise<void> {
  const person = { firstName: "John", lastName: "Doe", password, passwordConfirm: password };
  const challenge = await withRetries(() => start(fileStore(file)).register({ phone, ...person }));
  console.log(`Registered ${phone}. The code is in the SMS, which a server in development prints.`);
  // The system may end an app while its user reads the SMS. The store has the registration: another start can activate it.
  await activate(start(fileStore(file)), phone, challenge);
}

async function signIn(identity: IdentityClient): Promise<void> {
  // Once signed in, the store also has a token of the device. The next login sends it, and the service knows the device.
  await withRetries(() => identity.login({ phone, password }));
  console.log("Signed in");
}

async function showProfile(identity: IdentityClient): Promise<void> {
  const user = await withRetries(() => identity.profile());
  console.log(`Profile: ${user.id} ${user.phone} ${user.fullName}`);
  const update = (changes: ProfileChanges) => withRetries(() => identity.updateProfile(changes));
  await showRefusal("INVALID_REQUEST", () => update({ apartmentName: "B1204", email: "john@" }));
  // Null clears a field.
  const changed = await update({ apartmentName: "B12", email: null });
  console.log(`Updated: apartment ${changed.apartmentName}`);
}

/** Another service refused the access token. All calls wait for the same new one. */
async function refresh(identity: IdentityClient): Promise<void> {
  const refused = await identity.accessToken();
  const calls = [
    identity.accessToken({ refused }),
    identity.accessToken({ refused }),
    identity.profile().then(() => identity.accessToken()),
  ];
  const tokens = (await Promise.all(calls)).filter((token) => token !== refused);
  console.log(`Refreshed: ${tokens.length} calls, ${new Set(tokens).size} new token`);
}

async function showSessions(identity: IdentityClient): Promise<void> {
  for (const { client, isCurrent } of await withRetries(() => identity.listSessions())) {
    console.log(`Session: ${client}${isCurrent ? " (this one)" : ""}`);
  }
}

/** The owner ends the session on a second device. Each call here is refused, but the event comes once. */
async function loseSession(identity: IdentityClient): Promise<void> {
  const other = start(memoryStore());
  await withRetries(() => other.login({ phone, password }));
  console.log(`Ended on another device: ${await other.revokeOtherSessions()}`);
  const calls = await Promise.allSettled([identity.profile(), identity.listSessions(), identity.profile()]);
  const reasons = calls.map((call) => call.status === "rejected" && (call.reason as IdentityError).reason);
  console.log(`Refused: ${reasons.join(", ")}`);
  await other.logout();
}

async function walk(): Promise<void> {
  // On a second run the number has its account.
  await showRefusal("PHONE_TAKEN", register);

  const first = start(fileStore(file));
  await showRefusal("CREDENTIALS_REJECTED", () =>
    withRetries(() => first.login({ phone, password: "wrong" })),
  );
  await signIn(first);
  const identity = start(fileStore(file));
  console.log(`Signed in after a restart: ${await identity.isSignedIn()}`);

  await showProfile(identity);
  await refresh(identity);
  await showSessions(identity);
  await loseSession(identity);

  await signIn(identity);
  // False: the service couldn't be reached. The tokens are gone from this device all the same.
  console.log(`Signed out, also on the server: ${await identity.logout()}`);
  await showRefusal("SIGNED_OUT", () => identity.profile());
}

await walk().catch((error: unknown) => {
  if (!(error instanceof IdentityError)) throw error;
  printError(error);
  process.exitCode = 1;
});
