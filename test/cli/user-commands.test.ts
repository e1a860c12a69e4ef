import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import { laterActsOf } from "../audit/stored-history.js";
import { rejectionReason } from "../support/rejection.js";
import { activeUser, newPhone, registered, signedIn, testPassword } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("user commands", () => {
  const cli = useCli();
  it("count accounts by their state, and list those that are leaving", async () => {
    const { id, phone } = await activeUser(cli.context);
    const { database } = cli.context.testDatabase;
    const leave = `UPDATE users SET deletion_at = now() + interval '14 days' WHERE id = ${id}`;
    await database.run(null, { name: "test_leave", text: leave, isAdHoc: true }, []);
    const leaving = await cli.run(["user", "list", "--leaving"]);
    expect(leaving.out).to.match(new RegExp(`^\\${phone}\tleaving\t.*\n$`));
    const active = await cli.run(["user", "list", "--active", "--search", phone]);
    expect(active).to.deep.equal({ code: 0, out: "", error: "" });
    const both = await cli.run(["user", "list", "--active", "--leaving"]);
    expect(both).to.include({ code: 2, out: "" });
    const json = await cli.run(["user", "statistics", "--json"]);
    const counts = JSON.parse(json.out);
    expect(counts).to.deep.include({ leaving_count: 1 });
    expect(counts.total_count).to.equal(counts.active_count + counts.deactivated_count + 1);
    const text = await cli.run(["user", "statistics"]);
    expect(text).to.deep.equal({
      code: 0,
      out: `total\t${counts.total_count}\nactive\t${counts.active_count}\nleaving\t1\ndeactivated\t${counts.deactivated_count}\npending\t${counts.pending_count}\n`,
      error: "",
    });
  });

  it("deactivate an account and end its sessions, and activate it again", async () => {
    const { user, tokens } = await signedIn(cli.context);
    const { phone } = user;
    const deactivated = await cli.run(["user", "deactivate", phone]);
    expect(deactivated.code).to.equal(0);
    expect(deactivated.out).to.match(/^\+\d+\tdeactivated\t/);
    const { app } = cli.context;
    expect(await rejectionReason(app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
    const activated = await cli.run(["user", "activate", phone, "--json"]);
    expect(JSON.parse(activated.out)).to.include({ phone, is_active: true });
    await login(app, { phone, password: testPassword });
  });

  it("clear the limits of a number, with a reason", async () => {
    const phone = await registered(cli.context);
    const cleared = await cli.run(["user", "clear-limits", phone.slice(1), "--reason", "called us"]);
    expect(cleared).to.include({ code: 0, error: "" });
    expect(cleared.out.split("\n")[0]).to.equal(`${phone} limits cleared`);
    const json = await cli.run(["user", "clear-limits", phone, "--reason", "again", "--json"]);
    expect(JSON.parse(json.out)).to.include({ phone });
    expect((await cli.run(["user", "clear-limits", phone])).code).to.equal(2);
    expect((await cli.run(["user", "clear-limits", phone, "--reason", " "])).code).to.equal(2);
    const withoutKey = await cli.run(["user", "clear-limits", phone, "--reason", "again"], {
      environment: {
        NODE_ENV: "production",
        CODE_SECRET: "",
        AUDIT_SECRET: randomBytes(32).toString("base64url"),
      },
    });
    expect(withoutKey.code).not.to.equal(0);
    expect(withoutKey.error).to.include("CODE_SECRET is not set");
    const { user } = await signedIn(cli.context);
    await cli.run(["user", "clear-limits", user.phone, "--reason", "locked out"]);
    const history = await cli.run(["user", "history", user.phone]);
    expect(history.out).to.match(/\tlimits_cleared\tcommand line\t.*"locked out"\n$/);
  });

  it("promote an account to staff, and revoke every right", async () => {
    const { phone } = await activeUser(cli.context);
    expect((await cli.run(["user", "promote", phone])).out).to.include("\tstaff\t");
    const staff = await cli.run(["user", "list", "--staff", "--search", phone]);
    expect(staff.out.split("\t")[0]).to.equal(phone);
    const demoted = await cli.run(["user", "demote", phone, "--json"]);
    expect(JSON.parse(demoted.out)).to.include({ is_staff: false, is_superuser: false });
  });

  it("keep the last superuser's rights, and keep a superuser who is promoted a superuser", async () => {
    const phone = newPhone();
    const names = ["--first-name", "Ada", "--last-name", "Lovelace"];
    const environment = { WATERBILL_PASSWORD: testPassword };
    await cli.run(["create-superuser", "--phone", phone, ...names], { environment });
    expect((await cli.run(["user", "promote", phone])).out).to.include("\tsuperuser\t");
    const demoted = await cli.run(["user", "demote", phone]);
    expect(demoted).to.include({ code: 2, error: "The last active superuser must remain one.\n" });
    const list = await cli.run(["user", "list", "--staff", "--search", "lovelace", "--json"]);
    expect(JSON.parse(list.out)).to.include({ phone, full_name: "Ada Lovelace", is_superuser: true });
  });

  it("say that an account is already as asked, and exit with 0", async () => {
    const { phone } = await activeUser(cli.context);
    for (const [command, sentence] of [
      ["activate", "is already active"],
      ["demote", "already has no rights"],
      ["promote", null],
      ["promote", "is already an administrator"],
      ["deactivate", null],
      ["deactivate", "is already deactivated"],
    ] as const) {
      const { code, out, error } = await cli.run(["user", command, phone]);
      expect({ code, error }).to.deep.equal({ code: 0, error: "" });
      const [account, ...notes] = out.split("\n").slice(0, -1);
      expect(account).to.match(/^\+\d+\t(active|deactivated)\t/);
      expect(notes, command).to.deep.equal(sentence ? [`${phone} ${sentence}`] : []);
    }
    const json = await cli.run(["user", "deactivate", phone, "--json"]);
    expect(JSON.parse(json.out)).to.include({ phone, is_active: false });
  });

  it("activate and deactivate several accounts, a line for each, and exit with 1 if one is refused", async () => {
    const users = [await activeUser(cli.context), await activeUser(cli.context)];
    const [one = "", two = ""] = users.map(({ phone }) => phone);
    const reason = ["--reason", " left the building "];
    const deactivated = await cli.run(["user", "deactivate", one.slice(1), two, ...reason]);
    expect(deactivated).to.deep.equal({ code: 0, out: `${one}\tchanged\n${two}\tchanged\n`, error: "" });
    const again = await cli.run(["user", "deactivate", two, "12", one]);
    const tooShort = "12\trefused\tThe phone number must have between 9 and 15 digits.";
    expect(again).to.deep.equal({
      code: 1,
      out: `${two}\tunchanged\n${tooShort}\n${one}\tunchanged\n`,
      error: "",
    });
    const json = await cli.run(["user", "activate", one, newPhone(), "--json"]);
    expect(json.code).to.equal(1);
    const [changed, refused] = json.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(changed).to.deep.equal({
      ...{ phone: one, outcome: "BATCH_OUTCOME_CHANGED" },
      ...{ reason: null, message: null },
    });
    expect(refused).to.deep.include({ outcome: "BATCH_OUTCOME_REFUSED", reason: "ACCOUNT_NOT_FOUND" });
    for (const { id } of users) {
      const [act] = await laterActsOf(cli.context.app, id);
      expect(act).to.include({ action: "deactivated", reason: "left the building" });
      expect(act?.actor).to.include(COMMAND_LINE);
    }
    for (const [reason, error] of [
      [" ", "It must not be empty."],
      ["left\nthe building", "It must be on one line."],
      ["x".repeat(501), "It must have at most 500 characters."],
    ] as const) {
      const refused = await cli.run(["user", "activate", one, "--reason", reason]);
      expect(refused).to.include({ code: 2, out: "" });
      expect(refused.error).to.include(error);
    }
    const longest = await cli.run(["user", "activate", one, "--reason", "é".repeat(500)]);
    expect(longest.code).to.equal(0);
  });

  it("give an account a role, with a reason", async () => {
    const { id, phone } = await activeUser(cli.context);
    const role = (name: string, ...options: string[]) =>
      cli.run(["user", "role", phone, name, "--reason", "joins the team", ...options]);
    expect((await role("staff")).out).to.match(/^\+\d+\tactive\tstaff\t/);
    const again = await role("staff");
    expect(again.code).to.equal(0);
    expect(again.out.split("\n")[1]).to.equal(`${phone} already has this role`);
    expect(JSON.parse((await role("superuser", "--json")).out)).to.include({ phone, is_superuser: true });
    await cli.run([
      "user",
      "role",
      (await activeUser(cli.context)).phone,
      "superuser",
      "--reason",
      "the other",
    ]);
    expect((await role("customer")).out).to.include("\tactive\t-\t");
    await cli.run(["user", "promote", phone, "--reason", "back again"]);
    await cli.run(["user", "demote", phone]);
    const acts = await laterActsOf(cli.context.app, id);
    expect(acts.map(({ after, reason }) => [after?.role, reason])).to.deep.equal([
      ["STAFF", "joins the team"],
      ["SUPERUSER", "joins the team"],
      ["CUSTOMER", "joins the team"],
      ["STAFF", "back again"],
      ["CUSTOMER", null],
    ]);
    expect((await role("admin")).code).to.equal(2);
    expect((await cli.run(["user", "role", phone, "staff"])).code).to.equal(2);
  });

  it("update the profile of an account", async () => {
    const { id, phone } = await activeUser(cli.context);
    const update = (...options: string[]) => cli.run(["user", "update", phone, ...options]);
    const names = await update("--first-name", " Ada ", "--email", "ada.cli@example.com");
    expect(names.code).to.equal(0);
    expect(names.out).to.match(/^\+\d+\tactive\t-\t.*\tAda Doe\tada.cli@example.com\n$/);
    const json = await update("--email", "", "--address", "12 rue", "--apartment", "A1", "--json");
    expect(JSON.parse(json.out)).to.include({ email: null, address: "12 rue", apartment_name: "A1" });
    const again = await update("--address", " 12 rue ", "--email", "");
    expect(again.code).to.equal(0);
    expect(again.out.split("\n")[1]).to.equal(`${phone} already has this profile`);
    for (const [options, error] of [
      [["--last-name", " "], "last_name: This field is required.\n"],
      [["--email", "nothing", "--apartment", "A1234"], /^email: .*\napartment_name: .*\n$/],
      [[], "Give at least one field to change.\n"],
    ] as const) {
      const refused = await update(...options);
      expect(refused).to.include({ code: 2, out: "" });
      expect(refused.error).to.match(error instanceof RegExp ? error : new RegExp(`^${error}$`));
    }
    const refusedJson = JSON.parse((await update("--email", "nothing", "--json")).error);
    expect(refusedJson.data).to.have.all.keys("email");
    const acts = await laterActsOf(cli.context.app, id);
    expect(acts.map(({ action, fields, actor }) => [action, fields, actor.kind])).to.deep.equal([
      ["profile_changed", ["first_name", "email"], "command_line"],
      ["profile_changed", ["email", "address", "apartment_name"], "command_line"],
    ]);
  });

  it("find no account in a registration", async () => {
    const phone = await registered(cli.context);
    for (const command of ["activate", "deactivate", "promote"]) {
      const { code, error } = await cli.run(["user", command, phone]);
      expect({ code, error }, command).to.deep.equal({
        code: 2,
        error: "No account has this phone number.\n",
      });
    }
  });

  it("list accounts by state", async () => {
    const { phone } = await activeUser(cli.context);
    await cli.run(["user", "deactivate", phone]);
    const listed = async (...options: string[]) => (await cli.run(["user", "list", ...options])).out;
    expect(await listed("--inactive")).to.include(phone);
    expect(await listed("--active")).not.to.include(phone);
    expect(await listed()).to.include(phone);
  });
});
