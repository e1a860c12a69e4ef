import { readdir } from "node:fs/promises";
import { expect } from "chai";
import { FOLLOWED_SECONDS } from "../../src/signing-keys/rotate-keys.js";
import { testKeys } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

const DAY_SECONDS = 86_400;

describe("keys", () => {
  const cli = useCli();
  const kid = /^[\w-]{43}$/;

  async function list(environment: Record<string, string> = {}) {
    const { code, out, error } = await cli.run(["keys", "list", "--json"], { environment });
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    return out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, string | null>);
  }
  const statesOf = async () => (await list()).map(({ state }) => state);
  const kidIn = async (state: string) => (await list()).find((key) => key.state === state)?.kid ?? "";

  /** Lets time pass for the keys that stand by. */
  async function passTime(seconds: number): Promise<void> {
    const text = `UPDATE signing_keys SET created_at = created_at - moved.by, signs_from = signs_from - moved.by
                  FROM (SELECT $1::float8 * interval '1 s' AS by) AS moved WHERE signing_since IS NULL`;
    await cli.context.testDatabase.database.run(null, { name: "test_pass_key_time", text }, [seconds]);
  }

  beforeEach(async () => {
    const { database } = cli.context.testDatabase;
    await database.models.signingKeys.destroy({ where: {}, transaction: null });
    await cli.context.infrastructure.keyFollower.follow();
  });

  it("list prints the keys, as lines or as JSON", async () => {
    const { code, out } = await cli.run(["keys", "list"]);
    const [first = "", second = "", ...rest] = out.split("\n");
    expect([code, rest]).to.deep.equal([0, [""]]);
    const [id, ...columns] = first.split("\t");
    expect(id).to.match(kid);
    expect(columns.slice(0, 3)).to.deep.equal(["ES256", "signing", "current"]);
    expect(columns.slice(6)).to.deep.equal(["-", "-", "-"]);
    expect(second.split("\t").slice(1, 4)).to.deep.equal(["ES256", "published", "current"]);
    const [signing] = await list();
    expect(Object.keys(signing ?? {})).to.deep.equal([
      ...[
        "kid",
        "algorithm",
        "state",
        "secret",
        "published_since",
        "signs_from",
        "signing_since",
        "verifies_until",
      ],
      ...["revoked_at", "reason"],
    ]);
    expect(out).not.to.include("PRIVATE");
  });

  it("list tells which secret encrypts a key", async () => {
    const other = "o".repeat(43);
    const secretsUnder = async (KEY_ENCRYPTION_SECRET: string) =>
      (await list({ KEY_ENCRYPTION_SECRET })).map(({ secret }) => secret);
    expect(await secretsUnder(`${other},${testKeys.encryption}`)).to.deep.equal(["former", "former"]);
    expect(await secretsUnder(other)).to.deep.equal(["unreadable", "unreadable"]);
  });

  it("rotate lets the standby sign once it has been published long enough, or by force", async () => {
    const early = await cli.run(["keys", "rotate"]);
    expect(early).to.include({ code: 2, out: "" });
    expect(early.error).to.match(/^The next key was published so lately that verifiers .* Use --force .*\n$/);
    const forced = await cli.run(["keys", "rotate", "--force"]);
    expect(forced.error).to.match(
      /^The next key was published so lately that servers may not have it before .*\n$/,
    );
    await passTime(FOLLOWED_SECONDS + 1);
    expect((await cli.run(["keys", "rotate"])).code).to.equal(2);
    const first = await kidIn("published");
    expect(await cli.run(["keys", "rotate", "--force"])).to.deep.equal({
      code: 0,
      out: `${first} signs\n`,
      error: "",
    });
    expect(await statesOf()).to.have.members(["retired", "signing", "published"]);
    await passTime(DAY_SECONDS);
    const second = await kidIn("standby");
    const { out } = await cli.run(["keys", "rotate", "--json"]);
    expect(JSON.parse(out)).to.deep.equal({ kid: second, state: "signing" });
    expect(await statesOf()).to.have.members(["retired", "retired", "signing", "published"]);
  });

  it("rotate says that there are no keys, also if the secret is another one", async () => {
    const other = { KEY_ENCRYPTION_SECRET: "o".repeat(43) };
    const result = await cli.run(["keys", "rotate", "--force"], { environment: other });
    expect(result).to.include({ code: 2, out: "" });
    expect(result.error).to.match(/^No key that KEY_ENCRYPTION_SECRET decrypts stands by/);
  });

  it("revoke takes a reason, lets the standby sign at once, and says when there is nothing to do", async () => {
    const [signing, standby] = [await kidIn("signing"), await kidIn("published")];
    const revoke = (id: string, ...options: string[]) =>
      cli.run(["keys", "revoke", id, "--reason", "in a\tbackup", ...options]);
    expect((await cli.run(["keys", "revoke", signing])).code).to.equal(2);
    expect((await cli.run(["keys", "revoke", signing, "--reason", " "])).code).to.equal(2);
    expect(await revoke(signing)).to.deep.equal({ code: 0, out: `${signing} revoked\n`, error: "" });
    expect(await kidIn("signing")).to.equal(standby);
    expect(await statesOf()).to.have.members(["revoked", "signing", "published"]);
    expect((await cli.run(["keys", "list"])).out).to.include('\t"in a\\tbackup"\n');
    expect(await revoke(signing)).to.include({ code: 0, out: `${signing} is already revoked\n` });
    expect(JSON.parse((await revoke(signing, "--json")).out)).to.deep.equal({
      kid: signing,
      state: "revoked",
    });
    expect(await revoke("x".repeat(43))).to.deep.equal({
      ...{ code: 2, out: "" },
      error: "There is no key with this id: see `keys list`.\n",
    });
  });

  it("revoke asks on a terminal, and does nothing without consent", async () => {
    const signing = await kidIn("signing");
    const command = ["keys", "revoke", signing, "--reason", "it leaked"];
    const refused = await cli.run(command, { terminal: [["Refuse every token", "n"]] });
    expect(refused.code).to.equal(1);
    expect(await kidIn("signing")).to.equal(signing);
    const done = await cli.run(command, { terminal: [["Refuse every token", "y"]] });
    expect(done).to.include({ code: 0, out: `${signing} revoked\n` });
  });

  it("need the secret of the keys in production, and no other", async () => {
    const production = { NODE_ENV: "production", AUDIT_SECRET: "" };
    const secret = "q3Rk0bVt7yLm2Xc9WnZs5HdJfGpA8uEe";
    for (const command of ["list", "rotate"]) {
      const refused = await cli.run(["keys", command], {
        environment: { ...production, KEY_ENCRYPTION_SECRET: "" },
      });
      expect(refused).to.include({ code: 2, out: "" });
      expect(refused.error).to.match(/KEY_ENCRYPTION_SECRET: is required in production/);
    }
    const environment = { ...production, KEY_ENCRYPTION_SECRET: secret };
    expect(await cli.run(["keys", "list"], { environment })).to.include({ code: 0, error: "" });
    expect(await readdir(cli.folder)).to.deep.equal([]);
  });
});
