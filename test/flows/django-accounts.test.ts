import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { useTestService } from "../support/service.js";
import { activeUser, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, openAllClients } from "./all-protocols.js";

const { login } = AuthService.method;
const { requestPasswordChange, confirmPasswordChange } = ProfileService.method;

/** The test password as Django stores it, with fewer iterations than it has by default. */
const DJANGO_HASH = "pbkdf2_sha256$20000$seasalt2$YxJx88SRVT+EYwdulNSaCelY3TA7iMDKuauGY7UobI0=";

describe("an account taken over from Django", () => {
  const service = useTestService();
  let protocols: FlowClient[];
  before(() => {
    protocols = openAllClients(service.origin).filter(({ name }) => ["gRPC", "REST"].includes(name));
    expect(protocols).to.have.length(2);
  });
  after(() => {
    for (const protocol of protocols) protocol.close();
  });

  async function djangoAccount(): Promise<{ id: number; phone: string }> {
    const { id, phone } = await activeUser(service.context);
    await service.context.app.users.setPasswordHash(null, id, DJANGO_HASH);
    return { id, phone };
  }

  const storedHash = async (id: number) =>
    (await service.context.app.users.findById(null, id))?.passwordHash ?? "";

  it("signs in with its password, and its hash is ours afterwards", async () => {
    for (const protocol of protocols) {
      const { id, phone } = await djangoAccount();
      await expectRefusal(protocol.call(login, { phone, password: "wrong" }), "CREDENTIALS_REJECTED");
      expect(await storedHash(id), protocol.name).to.equal(DJANGO_HASH);
      await accepted(protocol.call(login, { phone, password: testPassword }));
      expect(await storedHash(id), protocol.name).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      await accepted(protocol.call(login, { phone, password: testPassword }));
    }
  });

  it("changes its password with the current one", async () => {
    const { context } = service;
    for (const protocol of protocols) {
      const { id, phone } = await djangoAccount();
      const session = await accepted(protocol.call(login, { phone, password: testPassword }));
      const { access } = session.tokens as { access: string };
      // The login renewed the hash; the open session meets one of Django's.
      await context.app.users.setPasswordHash(null, id, DJANGO_HASH);
      await expectRefusal(
        protocol.call(requestPasswordChange, { current_password: "wrong" }, access),
        "CURRENT_PASSWORD_INCORRECT",
      );
      await accepted(protocol.call(requestPasswordChange, { current_password: testPassword }, access));
      const change = {
        token: context.outbox.tokenFor(phone),
        code: context.outbox.codeFor(phone),
        new_password: "Nouveau-Secret-9",
        new_password_confirm: "Nouveau-Secret-9",
      };
      await accepted(protocol.call(confirmPasswordChange, change, access));
      expect(await storedHash(id), protocol.name).to.match(/^\$argon2id\$/);
    }
  });
});
