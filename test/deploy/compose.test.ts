import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { readConfig } from "../../src/config.js";
import { KNOWN_VARIABLES, readMountedSecret, readYaml } from "../support/manifests.js";

interface ComposeService {
  profiles: string[];
  build?: string | object;
  environment?: Record<string, string>;
  secrets?: string[];
  ports?: string[];
  command?: string[];
}
interface Compose {
  services: Record<string, ComposeService>;
  secrets: Record<string, { file: string }>;
}

const { services, secrets } = readYaml<Compose>("docker-compose.yml");
/** Those that run our image. */
const ours = Object.values(services).filter(({ build }) => build !== undefined);

/** Replaces `${NAME}`, `${NAME:-default}` and `${NAME:+other}`, as Compose does. */
function interpolate(text: string, variables: Record<string, string>): string {
  return text.replace(/\$\{(\w+)(?::([-+])([^}]*))?\}/g, (_, name: string, operator?: string, other = "") => {
    const value = variables[name] ?? "";
    if (operator === "+") return value && other;
    return value || other;
  });
}

function environmentOf(service: ComposeService, variables: Record<string, string> = {}) {
  const entries = Object.entries(service.environment ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, interpolate(value, variables)]));
}

const twilio = { TWILIO_ACCOUNT_SID: "AC0123", TWILIO_FROM_NUMBER: "+15005550006" };

describe("docker-compose.yml", () => {
  it("sets and reads only variables that the service has", () => {
    const names = ours.flatMap(({ environment = {} }) => Object.keys(environment));
    expect(names).to.include.members(["WORKERS", "TOKEN_SECRET_FILE"]);
    const own = new Set([...KNOWN_VARIABLES, "LISTEN"]);
    const read = [...readFileSync("docker-compose.yml", "utf8").matchAll(/\$\{(\w+)/g)].map(
      ([, name]) => name!,
    );
    expect(names.filter((name) => !KNOWN_VARIABLES.has(name))).to.deep.equal([]);
    expect(read.filter((name) => !own.has(name))).to.deep.equal([]);
  });

  it("starts a production server with Twilio, and with the console only if it is told to", () => {
    const production = (variables: Record<string, string>) =>
      readConfig(
        { NODE_ENV: "production", ...environmentOf(services.identity!, variables) },
        "server",
        readMountedSecret,
      );
    expect(production(twilio)).to.deep.include({ environment: "production", port: 8000 });
    expect(() => production({})).to.throw("TWILIO_ACCOUNT_SID");
    const console = { SMS_PROVIDER: "console", ALLOW_CONSOLE_SMS: "true" };
    expect(production(console).sms).to.deep.include({ provider: "console" });
  });

  it("starts a development server without any preparation", () => {
    const environment = environmentOf(services.development!);
    expect(readConfig({ NODE_ENV: "development", ...environment })).to.include({
      environment: "development",
    });
    expect(services.development!.secrets).to.equal(undefined);
  });

  it("migrates with the command of the command line", () => {
    expect(services.migrate!.command).to.deep.equal(["node", "dist/cli.js", "migrate"]);
    const environment = { NODE_ENV: "production", ...environmentOf(services.migrate!) };
    expect(readConfig(environment, "database", readMountedSecret).databaseUrl).to.include("postgres://");
  });

  it("mounts each file that a variable names, from a folder that stays out of Git and the image", () => {
    for (const service of Object.values(services)) {
      const paths = Object.entries(environmentOf(service, twilio)).filter(([name]) => name.endsWith("_FILE"));
      const mounted = (service.secrets ?? []).map((name) => `/run/secrets/${name}`);
      expect(paths.map(([, path]) => path)).to.have.members(mounted);
    }
    for (const [name, { file }] of Object.entries(secrets)) expect(file).to.equal(`secrets/${name}`);
    expect(readFileSync(".gitignore", "utf8").split("\n")).to.include("/secrets/");
  });

  it("publishes the port that the service listens on, and that of the metrics to this machine only", () => {
    const port = readConfig({}).port;
    const { METRICS_PORT: metricsPort } = environmentOf(services.identity!);
    expect(services.identity!.ports).to.deep.equal([
      `\${LISTEN:-${port}}:${port}`,
      `127.0.0.1:${metricsPort}:${metricsPort}`,
    ]);
    expect(services.development!.ports).to.deep.equal([`127.0.0.1:${port}:${port}`]);
  });

  it("watches paths that exist", () => {
    const { develop } = services.development as unknown as { develop: { watch: { path: string }[] } };
    for (const { path } of develop.watch) expect(existsSync(path), path).to.equal(true);
  });
});
