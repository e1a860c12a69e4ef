import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { CUSTOMER, login, registerCustomer, succeed } from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { runTrial, type Trial } from "./trial.js";

// Programs of others judge the protocols: `npm run trials -- protocols`. Go fetches and builds them.

const CONFORMANCE = "connectrpc.com/conformance/cmd/connectconformance@v1.0.7";
const H2SPEC = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible";
const GRPCURL = "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4";
/** Cases that run; a smaller number would mean that the suite no longer finds what the port serves. */
const CONFORMANCE_CASES = 1776;
const H2SPEC_CASES = 145;

const folder = fileURLToPath(new URL("../conformance/", import.meta.url));
const run = promisify(execFile);

/** Builds a Go program and returns its path. */
async function install(trial: Trial, program: string): Promise<string> {
  await run("go", ["install", program], { env: { ...process.env, GOBIN: trial.folder } });
  return `${trial.folder}/${/(\w+)@/.exec(program)![1]}`;
}

async function runToEnd(program: string, args: readonly string[]) {
  const maxBuffer = 100_000_000;
  return run(program, args, { maxBuffer }).catch((error: Error & { stdout: string; stderr: string }) => {
    if (!("stdout" in error)) throw error;
    return { stdout: error.stdout, stderr: error.stderr };
  });
}

/** The suite of the Connect project, of which connect-es passes every case. */
async function passConformance(trial: Trial): Promise<string> {
  const program = await install(trial, CONFORMANCE);
  const { stdout, stderr } = await runToEnd(program, [
    ...[
      "--mode",
      "server",
      "--conf",
      `${folder}suite.yaml`,
      "--known-failing",
      `@${folder}known-failing.txt`,
    ],
    ...["--max-servers", "1", "--", process.execPath, "--import", "tsx", `${folder}server.ts`],
  ]);
  const output = stdout + stderr;
  const counts = /(\d+) passed, (\d+) failed(?: as expected)?/.exec(output);
  const [, total] = /Total cases: (\d+)/.exec(output) ?? [];
  expect(Number(total), output).to.equal(CONFORMANCE_CASES);
  expect(output).not.to.include("FAILED");
  return `${total} cases, ${counts?.[0]}`;
}

/** The frames of HTTP/2, sent to the running service. */
async function passH2spec(trial: Trial, { port }: RunningService): Promise<string> {
  const program = await install(trial, H2SPEC);
  const report = `${trial.folder}/h2spec.xml`;
  await runToEnd(program, ["-p", String(port), "-P", "/healthz", "--timeout", "5", "-j", report]);
  const cases = [
    ...readFileSync(report, "utf8").matchAll(
      /<testcase package="([^"]+)" classname="([^"]+)"[^>]*>(\s*<(?:failure|error))?/g,
    ),
  ].map(([, section, name = "", failure]) => ({
    name: `${section} ${name.replaceAll("&#34;", '"').replaceAll("&#39;", "'")}`,
    isFailed: failure !== undefined,
  }));
  expect(cases).to.have.length(H2SPEC_CASES);
  const known = readFileSync(`${folder}h2spec-known-failing.txt`, "utf8").match(/^http2\/.+$/gm);
  const failed = cases.filter(({ isFailed }) => isFailed).map(({ name }) => name);
  expect(failed).to.have.members(known ?? []);
  return `${cases.length} cases, ${failed.length} failed as expected`;
}

/** The product as an administrator sees it with grpcurl, which learns the methods by reflection. */
async function walkWithGrpcurl(trial: Trial, service: RunningService): Promise<void> {
  const program = await install(trial, GRPCURL);
  const address = `127.0.0.1:${service.port}`;
  const grpcurl = async (...args: string[]) => {
    const { stdout, stderr } = await runToEnd(program, ["-plaintext", ...args]);
    return stdout + stderr;
  };
  const auth = "waterbill.identity.v1.AuthService";
  const profile = "waterbill.identity.v1.ProfileService/GetProfile";
  expect(await grpcurl(address, "list"))
    .to.include(auth)
    .and.include("grpc.health.v1.Health");
  expect(await grpcurl(address, "describe", `${auth}.Login`)).to.include("LoginRequest");
  expect(await grpcurl(address, "grpc.health.v1.Health/Check")).to.include("SERVING");

  const wrong = JSON.stringify({ ...CUSTOMER, password: "wrong" });
  const refused = await grpcurl("-d", wrong, address, `${auth}/Login`);
  expect(refused).to.include("Code: Unauthenticated").and.include("CREDENTIALS_REJECTED");
  const answer = await grpcurl("-d", JSON.stringify(CUSTOMER), address, `${auth}/Login`);
  const { tokens } = JSON.parse(answer) as { tokens: { access: string; refresh: string } };
  const bearer = ["-H", `authorization: Bearer ${tokens.access}`];
  expect(await grpcurl(...bearer, address, profile)).to.include(`"phone": "${CUSTOMER.phone}"`);
  await succeed(service, "logout", { refresh: tokens.refresh }, tokens.access);
  expect(await grpcurl(...bearer, address, profile)).to.include("Code: Unauthenticated");
}

async function tryProtocols(trial: Trial): Promise<void> {
  await trial.step("Connect's conformance suite", () => passConformance(trial));
  // h2spec breaks the protocol again and again, which costs any address but a trusted proxy's its connections.
  const service = await runService({ DATA_DIR: `${trial.folder}/data`, TRUSTED_PROXIES: "127.0.0.1" });
  trial.atEnd(() => service.stop());
  await trial.step("h2spec", () => passH2spec(trial, service));
  await registerCustomer(service);
  await trial.step("grpcurl", () => walkWithGrpcurl(trial, service));
  expect(await login(service, CUSTOMER)).to.include.keys("access");
}

await runTrial("protocols", ["go"], tryProtocols);
