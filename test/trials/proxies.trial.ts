import { once } from "node:events";
import { connect } from "node:http2";
import { Readable } from "node:stream";
import { createClient } from "@connectrpc/connect";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { type RunningService, runService } from "../support/running-service.js";
import { bearer, callRest, getPhone, importPhones, json, transports } from "./proxy-clients.js";
import { type RunningProxy, startCaddy, startNginx } from "./start-proxy.js";
import { runTrial, type Trial } from "./trial.js";

// Calls the service through nginx or Caddy with the configuration in deploy/: `npm run trials -- proxies/nginx`.

const ADMIN = "+237670000999";
const MEBIBYTE = 1024 * 1024;
const LOGIN = "/api/auth/login/";
const IMPORT = "/api/auth/admin/whitelist/import/?dry_run=true";
const UNAVAILABLE = '{"status":"error","message":"Service momentanément surchargé.","data":{}}';

/** A CSV file of `size` bytes in lines of 8 KiB. Every line is refused: 12 is not a number, and the notes are too long. */
function* csvFile(size: number): Generator<Buffer> {
  const lines = Buffer.from(`12;${"x".repeat(8188)}\n`.repeat(128));
  for (let left = size; left > 0; left -= lines.length) yield lines.subarray(0, left);
}

function uploadCsv(proxy: RunningProxy, token: string, size: number) {
  const headers = { "Content-Type": "text/csv" };
  return callRest(proxy, IMPORT, { method: "POST", headers, token, body: Readable.from(csvFile(size)) });
}

async function tryHttp2(proxy: RunningProxy): Promise<void> {
  const session = connect(proxy.origin, { ca: proxy.ca });
  const [headers] = await once(session.request({ ":path": "/ping/" }), "response");
  expect(session.alpnProtocol).to.equal("h2");
  expect(headers[":status"]).to.equal(200);
  session.close();
}

async function tryAddresses(proxy: RunningProxy, service: RunningService): Promise<void> {
  const wrong = json({ phone: ADMIN, password: "wrong" });
  const forged = { ...wrong.headers, "X-Forwarded-For": "203.0.113.9" };
  await callRest(proxy, LOGIN, { ...wrong, headers: forged, from: "127.0.0.2" });
  await service.printed(/AuthService\/Login"[^\n]*"address":"127\.0\.0\.2"/);
  expect(service.output()).not.to.include("203.0.113.9");
  const statuses: number[] = [];
  for (let call = 0; call < 4; call++) {
    const headers = { ...wrong.headers, "X-Forwarded-For": `203.0.113.${call}` };
    statuses.push((await callRest(proxy, LOGIN, { ...wrong, headers, from: "127.0.0.3" })).status);
  }
  expect(statuses).to.deep.equal([401, 401, 401, 429]);
  expect((await callRest(proxy, LOGIN, { ...wrong, from: "127.0.0.4" })).status).to.equal(401);
}

async function tryGenerated(trial: Trial, proxy: RunningProxy, token: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  for (const [name, transport] of Object.entries(transports(proxy))) {
    await trial.step(name, async () => {
      const { user } = await createClient(ProfileService, transport).getProfile({}, { headers });
      expect(user?.phone).to.equal(ADMIN);
      const whitelist = createClient(WhitelistService, transport);
      const entries = [{ phone: "+237670000555" }, { phone: "12" }];
      const messages = Readable.from([{ dryRun: true }, ...entries.map((entry) => ({ entries: [entry] }))]);
      const report = await whitelist.importWhitelistEntries(messages, { headers });
      expect([report.totalCount, report.addedCount, report.refusedCount]).to.deep.equal([2, 1, 1]);
      const phones: string[] = [];
      for await (const part of whitelist.exportWhitelistEntries({}, { headers })) {
        phones.push(...part.whitelist.map(({ phone }) => phone));
      }
      expect(phones).to.include("+237670000001");
    });
  }
}

async function tryGrpcJs(proxy: RunningProxy, token: string): Promise<void> {
  expect(await getPhone(proxy, bearer(token))).to.equal(ADMIN);
  expect(await importPhones(proxy, bearer(token), ["+237670000777", "+237670000778"])).to.equal(2);
  const error = await getPhone(proxy, new Metadata()).catch((reason: ServiceError) => reason);
  expect(error).to.include({ code: status.UNAUTHENTICATED, details: "Authentification requise." });
  const [details] = (error as ServiceError).metadata.get("grpc-status-details-bin");
  expect(String(details)).to.include("google.rpc.ErrorInfo");
}

async function tryUploads(proxy: RunningProxy, token: string): Promise<void> {
  const accepted = await uploadCsv(proxy, token, 100 * MEBIBYTE);
  expect(accepted.status).to.equal(200);
  expect(JSON.parse(accepted.body).data).to.include({ total_count: 12_800, refused_count: 12_800 });
  const rejected = await uploadCsv(proxy, token, 101 * MEBIBYTE);
  expect(rejected.status).to.equal(413);
  expect(rejected.body).to.include("Le corps de la requête est trop volumineux.");
}

async function tryStopped(proxy: RunningProxy, service: RunningService, token: string): Promise<void> {
  await service.stop();
  const rest = await callRest(proxy, "/api/auth/profile/", { token });
  expect([rest.status, rest.body]).to.deep.equal([503, UNAVAILABLE]);
  expect(rest.headers).to.include({ "retry-after": "5", "content-type": "application/json; charset=utf-8" });
  const error = await getPhone(proxy, bearer(token)).catch((reason: ServiceError) => reason);
  expect(error).to.include({ code: status.UNAVAILABLE });
}

async function tryProxy(
  trial: Trial,
  start: (trial: Trial, servicePort: number) => Promise<RunningProxy>,
): Promise<void> {
  const service = await runService({
    DATA_DIR: `${trial.folder}/data`,
    TRUSTED_PROXIES: "127.0.0.1",
    LIMIT_LOGIN: "3/minute",
  });
  trial.atEnd(() => service.stop());
  const proxy = await start(trial, service.port);
  const [, password] = await service.printed(/password {2}(\S+)/);
  const login = await callRest(proxy, LOGIN, json({ phone: ADMIN, password }));
  const token: string = JSON.parse(login.body).data.tokens.access;

  await trial.step("HTTP/2 to clients", () => tryHttp2(proxy));
  await trial.step("client addresses in log and limits", () => tryAddresses(proxy, service));
  await trial.step("gRPC with grpc-js", () => tryGrpcJs(proxy, token));
  await tryGenerated(trial, proxy, token);
  await trial.step("uploads of 100 and 101 MiB", () => tryUploads(proxy, token));
  await trial.step("the service is not running", () => tryStopped(proxy, service, token));
}

const starts = { nginx: startNginx, caddy: startCaddy };
const chosen = process.argv.slice(2);
for (const [name, start] of Object.entries(starts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  await runTrial(name, [name, "openssl"], (trial) => tryProxy(trial, start));
}
