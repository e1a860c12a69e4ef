import { expect } from "chai";
import type { Database } from "../../src/db/database.js";
import { activationCode, CUSTOMER, login, post, registration, succeed } from "../support/rest-calls.js";
import type { RunningService } from "../support/running-service.js";
import { query } from "./database-invariants.js";

const CALLERS = 100;
const REJECTED = "401 Numéro de téléphone ou mot de passe incorrect.";
const THROTTLED = "429 Request was throttled. Expected available in N seconds.";

/** Three processes on one database and one Redis. */
export interface Cluster {
  services: readonly RunningService[];
  database: Database;
  /** Access token of the administrator. */
  access: string;
}

let numbers = 0;

function newNumber(): string {
  numbers += 1;
  return `+2378${String(numbers).padStart(8, "0")}`;
}

/** An address for each caller: neighbours in one network, or strangers in as many networks. */
const NEIGHBOURS = Array.from({ length: CALLERS }, (_, index) => `198.51.100.${index}`);
const STRANGERS = Array.from({ length: CALLERS }, (_, index) => `198.18.${index}.1`);

/** The same call by all callers at once, each from an address of its own and through the next process. */
function callAtOnce(
  { services, access }: Cluster,
  path: string,
  body: object,
  { isAdministrator = false, addresses = NEIGHBOURS } = {},
) {
  const token = isAdministrator ? access : "";
  return Promise.all(
    addresses.map((address, index) => post(services[index % services.length]!, path, body, token, address)),
  );
}

type Responses = Awaited<ReturnType<typeof callAtOnce>>;

/** How many responses there are of each status and message. Successes count by their status alone. */
function countOutcomes(responses: Responses): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of responses) {
    const outcome = status < 300 ? String(status) : `${status} ${body.message?.replace(/\d+/, "N")}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

async function register(
  cluster: Cluster,
): Promise<{ phone: string; code: string; registration: string; address: string }> {
  const [service] = cluster.services as [RunningService];
  const phone = newNumber();
  await succeed(service, "admin/whitelist/add", { phone }, cluster.access);
  // From an address of its own, like every other customer.
  const address = `203.0.113.${numbers % 256}`;
  const { status, body } = await post(service, "register", registration(phone), "", address);
  expect(status).to.equal(201);
  const challenge = body.data?.challenge?.registration ?? "";
  return { phone, code: await activationCode(service, phone), registration: challenge, address };
}

async function countRows(database: Database, from: string, phone: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    database,
    `SELECT count(*)::int FROM ${from} WHERE phone = $1`,
    [phone],
  );
  return row?.count ?? 0;
}

async function addOnce(cluster: Cluster): Promise<void> {
  const phone = newNumber();
  const counts = countOutcomes(
    await callAtOnce(cluster, "admin/whitelist/add", { phone }, { isAdministrator: true }),
  );
  expect(counts).to.deep.equal({ 201: 1, "400 Ce numéro est déjà dans la liste blanche.": CALLERS - 1 });
  expect(await countRows(cluster.database, "whitelist_history", phone)).to.equal(1);
}

async function registerOnce(cluster: Cluster): Promise<void> {
  const phone = newNumber();
  await succeed(cluster.services[0]!, "admin/whitelist/add", { phone }, cluster.access);
  // A neighbour may register the number as soon as the network may have another code sent.
  expect(countOutcomes(await callAtOnce(cluster, "register", registration(phone)))).to.deep.equal({
    201: 1,
    [THROTTLED]: CALLERS - 1,
  });
  expect(await countRows(cluster.database, "sms_sends", phone)).to.equal(1);
}

async function activateOnce(cluster: Cluster): Promise<void> {
  const { phone, code, registration } = await register(cluster);
  const body = { phone, code, registration };
  const { 200: activated } = countOutcomes(await callAtOnce(cluster, "activate", body));
  expect(activated).to.equal(1);
}

/** Callers whom neither registration nor address names share five attempts, and leave the owner's. */
async function compareFiveTimes(cluster: Cluster): Promise<void> {
  const { phone, code, address } = await register(cluster);
  const wrong = code === "000000" ? "111111" : "000000";
  const locked = "400 Trop de tentatives échouées. Demandez un nouveau code.";
  const counts = countOutcomes(await callAtOnce(cluster, "activate", { phone, code: wrong }));
  expect(counts).to.deep.equal({ "400 Code d'activation incorrect.": 5, [locked]: CALLERS - 5 });
  expect(countOutcomes(await callAtOnce(cluster, "activate", { phone, code }))).to.deep.equal({
    [locked]: CALLERS,
  });
  const { status } = await post(cluster.services[0]!, "activate", { phone, code }, "", address);
  expect(status).to.equal(200);
}

async function rotateOnce(cluster: Cluster): Promise<void> {
  const [service] = cluster.services as [RunningService];
  const { phone, code } = await register(cluster);
  await succeed(service, "activate", { phone, code });
  const { refresh } = await login(service, { ...CUSTOMER, phone });
  const responses = await callAtOnce(cluster, "token/refresh", { refresh });
  expect(countOutcomes(responses)).to.deep.equal({ 200: CALLERS });
  expect(new Set(responses.map(({ body }) => body.refresh)).size).to.equal(1);
}

/** A network has one code sent in a minute, and five in a day. Registering sent one that another network asked for. */
async function sendFiveCodes(cluster: Cluster): Promise<void> {
  const { phone, registration } = await register(cluster);
  for (const sent of [1, 2, 3, 4, 5, 6, 6]) {
    expect(await countRows(cluster.database, "sms_sends", phone)).to.equal(sent);
    await query(
      cluster.database,
      "UPDATE sms_sends SET sent_at = sent_at - interval '61 s' WHERE phone = $1",
      [phone],
    );
    const { 200: resent = 0 } = countOutcomes(
      await callAtOnce(cluster, "resend-code", { phone, registration }),
    );
    expect(resent).to.equal(sent < 6 ? 1 : 0);
  }
}

/** A number is sent ten codes in a day, however many networks ask. */
async function sendTenCodes(cluster: Cluster): Promise<void> {
  const { phone, registration } = await register(cluster);
  const body = { phone, registration };
  const counts = countOutcomes(await callAtOnce(cluster, "resend-code", body, { addresses: STRANGERS }));
  expect(counts).to.include({ 200: 9 });
  expect(await countRows(cluster.database, "sms_sends", phone)).to.equal(10);
}

/** All callers come from one address, each with a number of its own: a number alone has fewer passwords compared. */
async function limitExactly({ services }: Cluster): Promise<void> {
  const address = `192.0.2.${numbers++ % 256}`;
  const calls = Array.from({ length: CALLERS }, (_, index) => {
    const credentials = { phone: newNumber(), password: "wrong" };
    return post(services[index % services.length]!, "login", credentials, "", address);
  });
  expect(countOutcomes(await Promise.all(calls))).to.deep.equal({
    [REJECTED]: 15,
    [THROTTLED]: CALLERS - 15,
  });
}

/** A network waits after ten wrong passwords for a number; all networks together have 100 compared in a day. */
async function compareHundredPasswords(cluster: Cluster): Promise<void> {
  const credentials = { phone: newNumber(), password: "wrong" };
  const guess = async (addresses: string[]) =>
    countOutcomes(await callAtOnce(cluster, "login", credentials, { addresses }));
  expect(await guess(NEIGHBOURS)).to.deep.equal({ [REJECTED]: 10, [THROTTLED]: CALLERS - 10 });
  expect(await guess(STRANGERS)).to.deep.equal({ [REJECTED]: 90, [THROTTLED]: CALLERS - 90 });
}

/** What must hold however many callers there are, each with an attempt to break it. */
export const RULES: Readonly<Record<string, (cluster: Cluster) => Promise<void>>> = {
  "one entry per number": addOnce,
  "one code per number": registerOnce,
  "a code activates once": activateOnce,
  "a code is compared five times": compareFiveTimes,
  "a refresh token has one successor": rotateOnce,
  "a network has five codes sent": sendFiveCodes,
  "ten codes are sent": sendTenCodes,
  "fifteen logins a minute": limitExactly,
  "a hundred passwords are compared": compareHundredPasswords,
};
