import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { recordSecret } from "../support/log.js";
import { newPhone, testPassword } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("create-superuser", () => {
  const cli = useCli();
  const commandFor = (phone: string) => [
    "create-superuser",
    ...["--phone", phone, "--first-name", "Ada", "--last-name", "Lovelace"],
  ];
  const environment = { WATERBILL_PASSWORD: testPassword };

  it("creates an active superuser with the password from the environment", async () => {
    const phone = newPhone();
    const created = await cli.run(commandFor(phone), { environment });
    expect(created).to.deep.equal({ code: 0, out: `${phone} is now a superuser\n`, error: "" });
    const { user } = await login(cli.context.app, { phone, password: testPassword });
    expect(user).to.include({ isActive: true, isStaff: true, isSuperuser: true, firstName: "Ada" });
    const again = await cli.run(commandFor(phone), { environment });
    expect(again).to.include({ code: 2, error: "phone: A user with this phone number already exists.\n" });
  });

  it("prints the account as JSON", async () => {
    const phone = newPhone();
    const { out } = await cli.run([...commandFor(phone), "--json"], { environment });
    expect(JSON.parse(out)).to.include({ phone, full_name: "Ada Lovelace", is_superuser: true });
  });

  it("refuses a weak password, and names what is wrong with it", async () => {
    const result = await cli.run(commandFor(newPhone()), { environment: { WATERBILL_PASSWORD: "12345" } });
    expect(result).to.include({ code: 2, out: "" });
    expect(result.error).to.match(/^password: /);
  });

  it("asks twice for the password on a terminal without showing it", async () => {
    const phone = newPhone();
    const password = "Une-autre-phrase-9!";
    recordSecret(password);
    const terminal = [
      ["Password:", password],
      ["Repeat password:", password],
    ] as const;
    const created = await cli.run(commandFor(phone), { terminal });
    expect(created).to.include({ code: 0, out: `${phone} is now a superuser\n` });
    expect(created.error).not.to.include(password);
    await login(cli.context.app, { phone, password });
  });

  it("exits with 2 when the two passwords differ or there is no terminal to ask", async () => {
    const phone = newPhone();
    const terminal = [
      ["Password:", testPassword],
      ["Repeat password:", "something else"],
    ] as const;
    const differing = await cli.run(commandFor(phone), { terminal });
    expect(differing).to.include({ code: 2, out: "" });
    expect(differing.error).to.include("The passwords do not match.\n");
    const silent = await cli.run(commandFor(phone));
    const message = "There is no terminal to prompt for the password. Set WATERBILL_PASSWORD instead.\n";
    expect(silent).to.deep.equal({ code: 2, out: "", error: message });
    expect(await cli.context.app.users.findByPhone(null, phone)).to.equal(null);
  });
});
