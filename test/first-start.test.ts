import { expect } from "chai";
import { login } from "../src/auth/login.js";
import { prepareFirstStart, walkThrough } from "../src/first-start.js";
import { recordSecret } from "./support/log.js";
import { atOnce, type TestWorld, testWorld } from "./support/test-context.js";

describe("first start", () => {
  let world: TestWorld;
  beforeEach(async () => {
    world = await testWorld();
  });
  afterEach(() => world.close());

  it("adds the test numbers and one superuser who can sign in, and does nothing the next time", async () => {
    const superuser = await prepareFirstStart(world.parts);
    recordSecret(superuser?.password ?? "");
    const { user } = await login(world.parts, { phone: superuser!.phone, password: superuser!.password });
    expect(user).to.include({ isActive: true, isStaff: true, isSuperuser: true });
    for (const phone of ["+237670000000", "+237670000001", "+237670000002", "+237658552295"]) {
      expect(await world.parts.allows(phone)).to.equal(true);
    }
    expect(await prepareFirstStart(world.parts)).to.equal(null);
  });

  it("gives one of several processes that start at once the password", async () => {
    const results = await atOnce(4, () => prepareFirstStart(world.parts));
    expect(results.filter((result) => result !== null)).to.have.length(1);
  });

  it("shows commands for the port that is served", () => {
    expect(walkThrough("http://localhost:8123")).to.include("B=http://localhost:8123/api/auth;");
  });
});
