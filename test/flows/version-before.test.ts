import { expect } from "chai";
import { useTestDatabase } from "../support/database.js";
import { aroundTests } from "../support/fixture.js";
import { recordSecret } from "../support/log.js";

import { activationCode, CUSTOMER, login, post, registration, succeed } from "../support/rest-calls.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { generousLimits } from "../support/service.js";
import { sharedEnvironment } from "../support/shared-environment.js";
import { versionBefore } from "../support/version-before.js";

const PHONES = ["+237670000000", "+237670000001", "+237670000002", "+237658552295"] as const;

describe("the version before and this one on one database", function () {
  this.timeout(120_000);
  const database = useTestDatabase();
  let older: RunningService;
  let current: RunningService;
  /** This version, with the algorithm and the issuer of the version before. */
  let alike: RunningService;

  before(async function () {
    const program = versionBefore();
    // A copy of the project without its history can't run this.
    if (!program) return this.skip();
    const environment = {
      ...generousLimits,
      NODE_ENV: "development",
      ...sharedEnvironment(database),
    };
    // One after the other: the first one whitelists the test numbers.
    current = await runService(environment);
    older = await runService(environment, undefined, program);
    const issuer = "https://identity.waterbill.app";
    alike = await runService({ ...environment, ACCESS_TOKEN_ALG: "HS256", TOKEN_ISSUER: issuer });
  });

  // Before the database is dropped, which a server that reads it once a second would keep from being dropped.
  aroundTests(async () => () => Promise.all([older, current, alike].map((service) => service?.kill())));

  /** The code that a service sent to a number, for an operation of an account. */
  async function verification(
    service: RunningService,
    phone: string,
  ): Promise<{ token: string; code: string }> {
    const pattern = new RegExp(`pour [^-]+ - \\${phone}: (\\d{6})\\n.*token=(\\S+)`);
    const [, code = "", token = ""] = await service.printed(pattern);
    for (const secret of [code, token]) recordSecret(secret);
    return { token, code };
  }

  async function customer(phone: string, registerAt: RunningService, activateAt: RunningService) {
    await succeed(registerAt, "register", registration(phone));
    const code = await activationCode(registerAt, phone);
    recordSecret(code);
    await succeed(activateAt, "activate", { phone, code });
    return { ...CUSTOMER, phone };
  }

  async function profileStatus({ port }: RunningService, access: string): Promise<number> {
    const headers = { Authorization: `Bearer ${access}` };
    return (await fetch(`http://127.0.0.1:${port}/api/profile/`, { headers })).status;
  }

  it("serve the sessions of each other", async () => {
    const account = await customer(PHONES[0], current, current);
    for (const [one, other] of [
      [older, current],
      [current, older],
    ] as const) {
      const first = await login(one, account);
      const second = await succeed(other, "token/refresh", { refresh: first.refresh });
      const third = await succeed(one, "token/refresh", { refresh: second.refresh });
      // A lost response: the used token gets its successor again.
      const again = await succeed(other, "token/refresh", { refresh: second.refresh });
      expect(again.refresh).to.equal(third.refresh);
      // The version before can't verify the access tokens of this one.
      const access = other === older ? String(second.access) : first.access;
      await succeed(other, "logout", { refresh: third.refresh }, access);
      expect((await post(one, "token/refresh", { refresh: third.refresh })).status).to.equal(400);
    }
  });

  it("tell a phone to refresh when it brings an access token of this version to the version before", async () => {
    const { access, refresh } = await login(current, { ...CUSTOMER, phone: PHONES[0] });
    expect(await profileStatus(older, access)).to.equal(401);
    const next = await succeed(older, "token/refresh", { refresh });
    for (const service of [older, current, alike]) {
      expect(await profileStatus(service, String(next.access))).to.equal(200);
    }
  });

  it("accept the access tokens of each other if this one signs them as the version before did", async () => {
    for (const service of [older, alike]) {
      const { access } = await login(service, { ...CUSTOMER, phone: PHONES[0] });
      for (const other of [older, current, alike]) expect(await profileStatus(other, access)).to.equal(200);
    }
  });

  it("accept the codes of each other for the operations of an account", async () => {
    const [, phone] = PHONES;
    const account = await customer(phone, older, older);
    let { password } = account;
    for (const [one, other] of [
      [older, current],
      [current, older],
    ] as const) {
      const { access } = await login(one, { phone, password });
      await database.database.models.smsSends.destroy({ where: { phone }, transaction: null });
      await succeed(one, "password/change/request", { current_password: password }, access);
      const next = `${password}+`;
      recordSecret(next);
      await succeed(other, "password/change/confirm", {
        ...(await verification(one, phone)),
        new_password: next,
        new_password_confirm: next,
      });
      password = next;
    }
    await login(older, { phone, password });
  });

  it("let this version activate what the version before registered", async () => {
    await login(current, await customer(PHONES[2], older, current));
  });

  it("leave a registration of this version to this version", async () => {
    const phone = PHONES[3];
    await succeed(current, "register", registration(phone));
    const code = await activationCode(current, phone);
    recordSecret(code);
    const refused = await post(older, "activate", { phone, code });
    expect([refused.status, refused.body.message]).to.deep.equal([400, "Code d'activation incorrect."]);
    await succeed(current, "activate", { phone, code });
    await login(older, { ...CUSTOMER, phone });
  });

  it("cancel the deletion of an account at a sign-in to the version before, which doesn't know of it", async () => {
    const phone = PHONES[2];
    await succeed(current, "account/delete/request", { phone });
    await succeed(current, "account/delete/confirm", await verification(current, phone));
    const { users } = database.database.models;
    const deletionAt = async () =>
      (await users.findOne({ where: { phone }, raw: true, transaction: null }))?.deletion_at;
    expect(await deletionAt()).to.be.instanceOf(Date);
    const { access } = await login(older, { ...CUSTOMER, phone });
    expect(await deletionAt()).to.equal(null);
    expect(await profileStatus(older, access)).to.equal(200);
  });

  it("log no error", () => {
    for (const service of [older, current, alike]) expect(errorLines(service.output())).to.deep.equal([]);
  });
});
