import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { environmentSchema } from "../../src/config-variables.js";
import { useCli } from "./use-cli.js";

const secret = "2PnrtGJ4ZbLvQyOIRnV9hZbkGMsJ1wqTvQG8uC0xFeE=";

describe("config", () => {
  const cli = useCli();
  const folder = mkdtempSync(join(tmpdir(), "waterbill-config-"));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  after(() => rmSync(folder, { recursive: true }));

  async function show(environment: Record<string, string>) {
    const { code, out, error } = await cli.run(["config", "show", "--json"], { environment });
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    const settings = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; value: string | null; source: string });
    return {
      out,
      names: settings.map(({ name }) => name),
      of(name: string) {
        const { value, source } = settings.find((setting) => setting.name === name)!;
        return [value, source];
      },
    };
  }

  describe("check", () => {
    const check = (environment: Record<string, string>, ...options: string[]) =>
      cli.run(["config", "check", ...options], { environment });

    it("exits with 0 if the server would start", async () => {
      const valid = { code: 0, out: "the configuration is valid\n", error: "" };
      expect(await check({})).to.deep.equal(valid);
      const { out } = await check({}, "--json");
      expect(JSON.parse(out)).to.deep.equal({ is_valid: true, problems: [], warnings: [] });
    });

    it("prints every problem and warning of the server, and exits with 1", async () => {
      const environment = {
        ...{ NODE_ENV: "production", PORT: "70000", TOKEN_SECRET: secret, AUDIT_SECRET: "" },
        ...{ KEY_ENCRYPTION_SECRET: "", ALLOW_CONSOLE_SMS: "true", ACCESS_TOKEN_ALG: "HS256" },
        ...{ CODE_SECRET_FILE: join(folder, "absent") },
      };
      const { code, out, error } = await check(environment);
      expect({ code, error }).to.deep.equal({ code: 1, error: "" });
      const lines = out.trimEnd().split("\n");
      expect(lines.slice(0, 3)).to.deep.equal([
        "problem\tCODE_SECRET_FILE: the file can't be read (ENOENT)",
        "problem\tPORT: must be a whole number from 0 to 65535",
        "problem\tREDIS_URL: is required in production",
      ]);
      expect(lines.slice(3).map((line) => line.slice(0, 20))).to.deep.equal([
        "warning\tAUDIT_SECRET",
        "warning\tACTIVATION_N",
        "warning\tADMIN_SECOND",
        "warning\tPUBLIC_URL i",
      ]);
      const json = await check(environment, "--json");
      const { is_valid, problems, warnings } = JSON.parse(json.out);
      expect([json.code, is_valid, problems.length, warnings.length]).to.deep.equal([1, false, 3, 4]);
      expect(out + json.out).not.to.include(secret);
    });
  });

  describe("show", () => {
    it("prints every variable with its source, and no secret", async () => {
      const { names, of, out } = await show({
        ...{ PORT: "8080", LIMIT_LOGIN: "", TRUSTED_PROXIES: "10.0.0.0/8" },
        ...{ DATABASE_URL: "", DATABASE_URL_FILE: file("url", "postgres://app:hunter2@db/waterbill\n") },
        ...{ TOKEN_SECRET: secret, CODE_SECRET: `${secret}, ${"c".repeat(32)}`, AUDIT_SECRET: "" },
        ...{ REDIS_URL: "rediss://:hunter2@redis:6380/1", KEY_ENCRYPTION_SECRET: "" },
      });
      expect(names).to.deep.equal(Object.keys(environmentSchema.shape));
      expect(of("PORT")).to.deep.equal(["8080", "environment"]);
      expect(of("LIMIT_LOGIN")).to.deep.equal(["15/minute", "default"]);
      expect(of("TRUSTED_PROXIES")).to.deep.equal(["10.0.0.0/8", "environment"]);
      expect(of("SHARED_NETWORKS")).to.deep.equal([null, "default"]);
      expect(of("ALLOW_CONSOLE_SMS")).to.deep.equal(["false", "default"]);
      expect(of("PUBLIC_URL")).to.deep.equal(["http://localhost:8080", "default"]);
      expect(of("DATABASE_URL")).to.deep.equal(["postgres://app:…@db/waterbill", "file"]);
      expect(of("REDIS_URL")).to.deep.equal(["rediss://:…@redis:6380/1", "environment"]);
      expect(of("TOKEN_SECRET")).to.deep.equal(["set, 44 characters", "environment"]);
      expect(of("CODE_SECRET")).to.deep.equal(["2 set, 44 and 32 characters", "environment"]);
      expect(of("AUDIT_SECRET")).to.deep.equal([null, "default"]);
      expect(out).not.to.match(/hunter2|vQyOIRnV9|ccc/);
    });

    it("prints tab-separated lines", async () => {
      const { out } = await cli.run(["config", "show"], { environment: { PORT: "8080" } });
      expect(out).to.match(/^PORT\t8080\tenvironment\n/m);
      expect(out).to.match(/^TOKEN_SECRET\t-\tdefault\n/m);
    });

    it("prints no value that is not valid: it may be a secret in the wrong place", async () => {
      const { of, out } = await show({ PORT: secret, REDIS_URL: secret, TOKEN_SECRET_FILE: secret });
      expect(of("PORT")).to.deep.equal(["not valid", "environment"]);
      expect(of("REDIS_URL")).to.deep.equal(["not valid", "environment"]);
      expect(of("TOKEN_SECRET")).to.deep.equal(["not valid", "file"]);
      expect(out).not.to.include(secret);
    });

    for (const [url, shown] of [
      ["postgres://waterbill@db", "postgres://waterbill@db"],
      [
        "postgres://u:p@ss@db:5432/x?host=/run&sslmode=require",
        "postgres://u:…@db:5432/x?host=/run&sslmode=require",
      ],
      ["postgres://db/x?user=a@b&password=hunter2&hunter2", "postgres://db/x?user=…&password=…&…"],
      ["postgres://u:p@db/x?sslmode=require#hunter2", "postgres://u:…@db/x?sslmode=require"],
    ] as const) {
      it(`shows ${url} as ${shown}`, async () => {
        const { of } = await show({ DATABASE_URL: url });
        expect(of("DATABASE_URL")).to.deep.equal([shown, "environment"]);
      });
    }
  });

  it("is read by every command from the same files", async () => {
    const environment = {
      DATABASE_URL: "",
      DATABASE_URL_FILE: file("database", cli.context.testDatabase.url),
    };
    expect(await cli.run(["whitelist", "list"], { environment })).to.deep.equal({
      code: 0,
      out: "",
      error: "",
    });
    const twice = await cli.run(["sms", "test", "+237670000001"], {
      environment: { ...environment, DATABASE_URL: cli.context.testDatabase.url },
    });
    expect(twice.error).to.equal(
      "The configuration is invalid:\n  DATABASE_URL: is set, and DATABASE_URL_FILE too; set one of them\n",
    );
  });
});
