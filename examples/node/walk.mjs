// The life of a session with plain fetch and Connect JSON, from registration to sign-out:
//
//   node examples/node/walk.mjs [phone] [base URL]
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const [phone = "+237670000002", baseUrl = process.env.BASE_URL ?? "http://localhost:8000"] =
  process.argv.slice(2);
const password = "Motdepasse123!";

const TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 4;
/** The longest wait that a rate limit may ask for. Beyond it, people should hear that they have to wait. */
const MAX_WAIT_MS = 10_000;

/** A refused call. Programs decide by the reason (docs/errors.md); the message and the fields' are for people. */
class IdentityError extends Error {
  constructor({ code, message, details = [] }, retryAfter = null) {
    super(message);
    const find = (type) => details.find((detail) => detail.type === type)?.debug;
    this.code = code;
    this.reason = find("google.rpc.ErrorInfo")?.reason ?? code;
    this.fields = find("google.rpc.BadRequest")?.fieldViolations ?? [];
    this.retryAfterMs = retryAfter === null ? undefined : Number(retryAfter) * 1000;
  }
}

function printRefusal({ reason, message, fields }) {
  console.log(`Refused: ${reason}: ${message}`);
  for (const { field, description } of fields) console.log(`  ${field}: ${description}`);
}

async function send(method, request, accessToken) {
  const options = {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      // Messages in English. French is the default.
      "Accept-Language": "en",
      ...(accessToken && { Authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  const response = await fetch(`${baseUrl}/waterbill.identity.v1.${method}`, options).catch(() => {
    throw new IdentityError({ code: "unavailable", message: `${baseUrl} can't be reached.` });
  });
  if (response.ok) return response.json();
  // A proxy's error page is no JSON.
  const error = await response.json().catch(() => ({}));
  const code = error.code ?? (response.status > 500 ? "unavailable" : "unknown");
  const message = error.message ?? `HTTP status ${response.status}`;
  throw new IdentityError({ ...error, code, message }, response.headers.get("Retry-After"));
}

/** How long to wait (ms) before a call is sent again; undefined if that is no use. */
function retryDelay(error, attempt) {
  if (attempt === MAX_ATTEMPTS) return undefined;
  // Twice as long each time. Chance keeps clients apart that failed together.
  if (error.code === "unavailable") return 250 * 2 ** attempt * (0.75 + Math.random() / 2);
  if (error.reason === "RATE_LIMITED" && error.retryAfterMs <= MAX_WAIT_MS) return error.retryAfterMs;
  return undefined;
}

/**
 * Calls a method, and again if it may succeed in a moment. After a lost response the first call may have been carried out:
 * that does no harm here. Rejects with an IdentityError.
 */
async function call(method, request, accessToken) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(method, request, accessToken);
    } catch (error) {
      const delay = retryDelay(error, attempt);
      if (delay === undefined) throw error;
      await sleep(delay);
    }
  }
}

/** An app keeps the tokens in the secure storage of its device. */
let tokens = null;

/** Stores the new tokens before it returns: the refresh token that was sent is used up. */
async function refresh() {
  try {
    tokens = await call("AuthService/RefreshToken", { refresh: tokens.refresh });
  } catch (error) {
    // The session has ended. Only a new sign-in helps.
    if (error.reason === "REFRESH_REJECTED") tokens = null;
    throw error;
  }
}

/** Calls with the access token, which lives 15 minutes: once it is refused, gets a new one and calls again. */
async function callSignedIn(method, request = {}) {
  try {
    return await call(method, request, tokens.access);
  } catch (error) {
    if (error.reason !== "UNAUTHENTICATED") throw error;
    await refresh();
    return call(method, request, tokens.access);
  }
}

/** Runs `work`, and prints the error if it is refused for `reason`. */
async function showRefusal(reason, work) {
  try {
    await work();
  } catch (error) {
    if (error.reason !== reason) throw error;
    printRefusal(error);
  }
}

async function activate(registration) {
  process.stdout.write("Code: ");
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const { user } = await call("AuthService/Activate", { phone, code: line.trim(), registration });
      return console.log(`Activated: ${user.fullName}`);
    } catch (error) {
      // Too many wrong codes are CODE_LOCKED: ResendCode has another one sent.
      if (error.reason !== "CODE_INCORRECT") throw error;
      printRefusal(error);
      process.stdout.write("Code: ");
    }
  }
  throw new Error("No code was entered.");
}

async function register() {
  const person = { firstName: "John", lastName: "Doe", password, passwordConfirm: password };
  const { challenge } = await call("AuthService/Register", { phone, ...person });
  console.log(`Registered ${phone}. The code is in the SMS, which a server in development prints.`);
  // With it, Activate means this registration, even if somebody else registers the number too.
  await activate(challenge.registration);
}

async function walk() {
  // On a second run the number has its account.
  await showRefusal("PHONE_TAKEN", register);

  await showRefusal("CREDENTIALS_REJECTED", () => call("AuthService/Login", { phone, password: "wrong" }));
  ({ tokens } = await call("AuthService/Login", { phone, password }));
  console.log("Signed in");

  const { user } = await callSignedIn("ProfileService/GetProfile");
  console.log(`Profile: ${user.id} ${user.phone} ${user.fullName}`);
  const update = (profile) => callSignedIn("ProfileService/UpdateProfile", { profile });
  await showRefusal("INVALID_REQUEST", () => update({ apartmentName: "B1204", email: "john@" }));
  const updated = await update({ apartmentName: "B12" });
  console.log(`Updated: apartment ${updated.user.apartmentName}`);

  await refresh();
  console.log("Refreshed");
  const { sessions } = await callSignedIn("ProfileService/ListSessions");
  for (const { client, createdAt, isCurrent } of sessions) {
    console.log(`Session: ${client} since ${createdAt}${isCurrent ? " (this one)" : ""}`);
  }

  await callSignedIn("AuthService/Logout", { refresh: tokens.refresh });
  console.log("Signed out");
  // So it is for an app whose session was ended elsewhere: neither token is accepted any more.
  await showRefusal("REFRESH_REJECTED", () => callSignedIn("ProfileService/GetProfile"));
}

await walk().catch((error) => {
  if (!(error instanceof IdentityError)) throw error;
  printRefusal(error);
  process.exitCode = 1;
});
