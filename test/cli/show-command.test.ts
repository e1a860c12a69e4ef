import { expect } from "chai";
import { requestPasswordReset } from "../../src/auth/reset-password.js";
import { addSeconds } from "../../src/system/clock.js";
import { laterActsOf } from "../audit/stored-history.js";
import { activeUser, caller, newPhone, registered, signedIn } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

const NETWORK = "127.0.0.0/24";

describe("user show", () => {
  const cli = useCli();
  // Commands have the time of the machine.
  beforeEach(() => cli.context.passTime(0));

  /** A time in seconds from now, as the command prints it. */
  const inSeconds = (seconds: number) => addSeconds(cli.context.clock.now(), seconds).toISOString();

  /** The lines that the command prints, each as its columns. */
  async function shown(phone: string): Promise<string[][]> {
    const { code, out, error } = await cli.run(["user", "show", phone]);
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    return out
      .slice(0, -1)
      .split("\n")
      .map((line) => line.split("\t"));
  }

  it("prints the account in the format of list, then what is known of the number", async () => {
    const { user } = await signedIn(cli.context);
    const now = inSeconds(0);
    expect(await shown(user.phone.slice(1))).to.deep.equal([
      [user.phone, "active", "-", now, now, "John Doe", "-"],
      ["whitelist", "active", "-"],
      ["sessions", "1"],
      ["sent", now, "activation", NETWORK, "accepted"],
      ["next send", inSeconds(60), "activation", NETWORK, "4 left"],
      ["activation", "attempts left: 49 named, 25 others"],
      ["SMS", "on", "country allowed"],
    ]);
  });

  it("prints when an account that is leaving is erased", async () => {
    const { phone } = await activeUser(cli.context);
    const deletionAt = inSeconds(3600);
    const text = "UPDATE users SET deletion_at = $1 WHERE phone = $2";
    const { database } = cli.context.testDatabase;
    await database.run(null, { name: "test_leave", text, isAdHoc: true }, [deletionAt, phone]);
    const [account, erasure] = await shown(phone);
    expect(account?.[1]).to.equal("leaving");
    expect(erasure).to.deep.equal(["erasure", deletionAt]);
  });

  it("prints the codes and registrations of a number, with or without an account", async () => {
    const { context } = cli;
    const phone = await registered(context);
    const now = inSeconds(0);
    expect(await shown(phone)).to.deep.equal([
      [phone, "no account"],
      ["whitelist", "active", "-"],
      ["sessions", "0"],
      ["sent", now, "activation", NETWORK, "accepted"],
      ["next send", inSeconds(60), "activation", NETWORK, "4 left"],
      [
        ...["registration", now, `until ${inSeconds(86_400)}`, "John Doe", "127.0.0.1"],
        "attempts left: 5 named, 5 others",
      ],
      ["activation code", now, `until ${inSeconds(600)}`],
      ["activation", "attempts left: 50 named, 25 others"],
      ["SMS", "on", "country allowed"],
    ]);
    const user = await activeUser(context);
    requestPasswordReset(context.app, { ...caller, phone: user.phone });
    await context.settle();
    const lines = await shown(user.phone);
    expect(lines.filter(([name]) => name === "code")).to.deep.equal([
      ["code", now, `until ${inSeconds(600)}`, "password_reset", user.phone, "5 left"],
    ]);
    expect(lines.flat().join("\n")).not.to.include(context.outbox.codeFor(user.phone));
  });

  it("prints GetAccount's response as JSON, and records nothing", async () => {
    const { user } = await signedIn(cli.context);
    const { out } = await cli.run(["user", "show", user.phone, "--json"]);
    expect(out).to.match(/^[^\n]+\n$/);
    const { account, ...page } = JSON.parse(out);
    expect(account).to.include({ id: user.id, phone: user.phone, full_name: "John Doe" });
    expect(page.whitelist_item).to.include({ phone: user.phone, is_active: true });
    expect(page).to.deep.include({ open_session_count: 1, sends_last_24_hours: 1, codes: [] });
    expect(await laterActsOf(cli.context.app, user.id)).to.deep.equal([]);
  });

  it("needs no secret in production", async () => {
    const { user } = await signedIn(cli.context);
    const environment = { NODE_ENV: "production", AUDIT_SECRET: "" };
    expect(await cli.run(["user", "show", user.phone], { environment })).to.include({ code: 0, error: "" });
  });

  it("finds nothing for a number that nobody used", async () => {
    const absent = await cli.run(["user", "show", newPhone()]);
    expect(absent).to.deep.equal({ code: 2, out: "", error: "No account has this phone number.\n" });
  });
});
