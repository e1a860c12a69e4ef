import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { login } from "../../src/auth/login.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, atOnce, signedIn, testPassword, useTestContext } from "../support/test-context.js";
import { accepted, type FlowClient, useAllClients } from "./all-protocols.js";

describe("many logins at once", () => {
  const service = useTestService({
    environment: { ...generousLimits, PASSWORD_HASH_QUEUE: "64" },
    hashesAnew: true,
  });
  const context = useTestContext({ environment: { PASSWORD_HASH_QUEUE: "5" }, hashesAnew: true });

  it("don't delay a profile read", async () => {
    const { user, tokens } = await signedIn(service.context);
    let done = 0;
    const logins = Array.from({ length: 64 }, async () => {
      const response = await fetch(`${service.origin}/api/login/`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ phone: user.phone, password: testPassword }),
      });
      expect(response.status).to.equal(200);
      done += 1;
    });
    await Promise.race(logins);
    const profile = await fetch(`${service.origin}/api/profile/`, {
      headers: { authorization: `Bearer ${tokens.access}` },
    });
    expect(profile.status).to.equal(200);
    expect(done, "logins that were done before a profile read").to.be.below(48);
    await Promise.all(logins);
  });

  it("are OVERLOADED at once beyond the queue", async () => {
    const { phone } = await activeUser(context);
    const order: string[] = [];
    const results = await atOnce(100, () =>
      login(context.app, { phone, password: testPassword }).then(
        () => order.push("served"),
        (error: Error) => {
          order.push(error.message);
          throw error;
        },
      ),
    );
    expect(new Set(order)).to.deep.equal(new Set(["served", "OVERLOADED"]));
    expect(results.filter((result) => result === "OVERLOADED")).to.have.length.above(50);
    expect(order.at(-1)).to.equal("served");
  });
});

describe("strangers who fill the queue of password hashes with guesses at one number", () => {
  const service = useTestService({
    environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1", PASSWORD_HASH_QUEUE: "12" },
    hashesAnew: true,
  });
  const protocols = useAllClients(service);
  const { method } = AuthService;

  it("leave its owner served: at a known address, with a known device, and signed in", async () => {
    for (const protocol of protocols) {
      const { phone } = await activeUser(service.context);
      const signIn = async (client: FlowClient, device = "") => {
        const data = await accepted(client.call(method.login, { phone, password: testPassword, device }));
        recordSecret(String(data.device));
        return { device: String(data.device), access: (data.tokens as { access: string }).access };
      };
      const home = protocol.at("198.51.100.7");
      const { device, access } = await signIn(home);
      const guesses = Array.from({ length: 60 }, async (_, index) => {
        const stranger = protocol.at(`10.0.${index}.66`);
        return (await stranger.call(method.login, { phone, password: "wrong" })).reason;
      });
      await Promise.any(guesses.map(async (guess) => expect(await guess).to.equal("OVERLOADED")));
      await Promise.all([
        signIn(home),
        signIn(protocol.at("192.0.2.200"), device),
        accepted(
          home.call(ProfileService.method.requestPasswordChange, { current_password: testPassword }, access),
        ),
      ]);
      await Promise.all(guesses);
    }
  });
});
