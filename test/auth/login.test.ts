import argon2 from "argon2";
import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  newPhone,
  registered,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

describe("login", () => {
  const context = useTestContext();

  const setHash = (phone: string, hash: string) =>
    context.testDatabase.database.run(
      null,
      { name: "test_set_hash", text: "UPDATE users SET password_hash = $2 WHERE phone = $1" },
      [phone, hash],
    );

  it("opens a session in four statements, three of them in a transaction, and records the login", async () => {
    const { phone } = await activeUser(context);
    context.statements.length = 0;
    const { user, tokens } = await login(context.app, { phone, password: testPassword });
    const [find, begin, ...others] = context.statements;
    expect(find).to.match(/^WITH account/);
    expect(begin).to.match(/^BEGIN/);
    expect(others).to.have.length(4);
    expect(others[3]).to.equal("COMMIT");
    expect(user.phone).to.equal(phone);
    expect(tokens).to.include({ accessExpiresIn: 900, refreshExpiresIn: 604_800 });
    expect((await context.app.verifyAccessToken(tokens.access)).user).to.include({ id: user.id });
    const account = await context.app.users.findByPhone(null, phone);
    expect(account?.user.lastLogin).to.deep.equal(context.clock.now());
  });

  it("treats an unknown phone like a wrong password", async () => {
    const { phone } = await activeUser(context);
    expect(await rejectionReason(login(context.app, { phone, password: "wrong" }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
    expect(await rejectionReason(login(context.app, { phone: newPhone(), password: "wrong" }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
  });

  it("reveals that the account is not activated only with the correct password", async () => {
    const phone = await registered(context);
    expect(await rejectionReason(login(context.app, { phone, password: testPassword }))).to.equal(
      "ACCOUNT_NOT_ACTIVATED",
    );
    expect(await rejectionReason(login(context.app, { phone, password: "wrong" }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
  });

  it("accepts the password in another Unicode normalisation", async () => {
    const { phone } = await activeUser(context);
    await setHash(phone, await context.app.hasher.hash("Crème brûlée".normalize("NFC")));
    const { user } = await login(context.app, { phone, password: "Crème brûlée".normalize("NFD") });
    expect(user.phone).to.equal(phone);
  });

  it("accepts a hash from Django and replaces it with ours", async () => {
    const { phone } = await activeUser(context);
    const options = { type: argon2.argon2id, memoryCost: 102_400, timeCost: 2, parallelism: 8 } as const;
    await setHash(phone, `argon2${await argon2.hash(testPassword, options)}`);
    await login(context.app, { phone, password: testPassword });
    const account = await context.app.users.findByPhone(null, phone);
    expect(account?.passwordHash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await login(context.app, { phone, password: testPassword });
  });

  it("takes a decomposed password that Django hashed as it was typed, and stores the composed one", async () => {
    const { phone } = await activeUser(context);
    // Python: hashlib.pbkdf2_hmac("sha256", unicodedata.normalize("NFD", "Crème brûlée").encode(), b"seasalt2", 1000)
    await setHash(phone, "pbkdf2_sha256$1000$seasalt2$jWCxg2GisFHp8ThvYp/gI/TMJ/kmFAKNvdT+5Hh8upk=");
    const typed = "Crème brûlée".normalize("NFD");
    for (const password of [typed, typed, typed.normalize("NFC")]) {
      await login(context.app, { phone, password });
    }
  });

  it("accepts all concurrent logins while the hash is being replaced", async () => {
    const { phone } = await activeUser(context);
    const options = { type: argon2.argon2id, memoryCost: 8192, timeCost: 1, parallelism: 1 } as const;
    await setHash(phone, `argon2${await argon2.hash(testPassword, options)}`);
    const results = await atOnce(4, () => login(context.app, { phone, password: testPassword }));
    expect(results.filter((result) => typeof result === "object")).to.have.length(4);
  });

  it("computes a hash for an unknown phone too", async () => {
    let spent = 0;
    const hasher = {
      ...context.app.hasher,
      async verifyNothing(password: string) {
        spent += 1;
        await context.app.hasher.verifyNothing(password);
      },
    };
    const attempt = login({ ...context.app, hasher }, { phone: newPhone(), password: "wrong" });
    expect(await rejectionReason(attempt)).to.equal("CREDENTIALS_REJECTED");
    expect(spent).to.equal(1);
  });

  it("opens no session when the number changes while the password is being checked", async () => {
    const { id, phone } = await activeUser(context);
    const hasher = {
      ...context.app.hasher,
      async verify(hash: string, password: string) {
        await context.app.users.setPhone(null, id, newPhone(), "phone");
        return context.app.hasher.verify(hash, password);
      },
    };
    const attempt = login({ ...context.app, hasher }, { phone, password: testPassword });
    expect(await rejectionReason(attempt)).to.equal("CREDENTIALS_REJECTED");
    const [row] = await context.testDatabase.database.run<{ count: string }>(
      null,
      { name: "test_sessions", text: "SELECT count(*) FROM sessions WHERE user_id = $1" },
      [id],
    );
    expect(row?.count).to.equal("0");
  });

  it("opens no session when the password changes while it is being checked", async () => {
    const { phone } = await activeUser(context);
    const newHash = await context.app.hasher.hash("Another-one-77");
    const hasher = {
      ...context.app.hasher,
      async verify(hash: string, password: string) {
        const result = await context.app.hasher.verify(hash, password);
        await setHash(phone, newHash);
        return result;
      },
    };
    const attempt = login({ ...context.app, hasher }, { phone, password: testPassword });
    expect(await rejectionReason(attempt)).to.equal("CREDENTIALS_REJECTED");
  });
});
