import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { useTestService } from "../support/service.js";
import { newPhone, signedIn, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, openAllClients, useAllClients } from "./all-protocols.js";

const { register, activate, resendCode, login, refreshToken, logout } = AuthService.method;
const { getProfile } = ProfileService.method;

interface Tokens {
  access: string;
  refresh: string;
}

describe("from sign-up to sign-out", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  for (const [index, name] of ["gRPC", "gRPC-Web", "Connect binary", "Connect JSON", "REST"].entries()) {
    it(`works over ${name}`, async () => {
      const { context } = service;
      const protocol = protocols[index]!;
      expect(protocol.name).to.equal(name);
      const phone = newPhone();
      const spelled = `00 ${phone.slice(1, 4)}-${phone.slice(4)}`;
      const person = {
        phone: spelled,
        first_name: "Éléonore",
        last_name: "Doe",
        password: testPassword,
        password_confirm: testPassword,
        email: "el@example.com",
        apartment_name: "A1",
      };

      await expectRefusal(protocol.call(register, person), "PHONE_NOT_WHITELISTED");
      await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
      await accepted(protocol.call(register, person));
      const { fields } = await expectRefusal(protocol.call(register, person), "PHONE_TAKEN");
      expect(fields).to.have.property("phone", "Un utilisateur avec ce numéro de téléphone existe déjà.");
      await expectRefusal(protocol.call(login, { phone, password: testPassword }), "ACCOUNT_NOT_ACTIVATED");
      await expectRefusal(protocol.call(resendCode, { phone }), "RATE_LIMITED");

      const code = context.outbox.codeFor(phone);
      const wrong = code === "000000" ? "000001" : "000000";
      await expectRefusal(protocol.call(activate, { phone, code: wrong }), "CODE_INCORRECT");
      const activated = await accepted(protocol.call(activate, { phone: spelled, code }));
      expect(activated.user).to.deep.include({ phone, full_name: "Éléonore Doe", is_active: true });
      await expectRefusal(protocol.call(activate, { phone, code }), "ALREADY_ACTIVE");

      await expectRefusal(protocol.call(login, { phone, password: "wrong" }), "CREDENTIALS_REJECTED");
      const session = await accepted(protocol.call(login, { phone: spelled, password: testPassword }));
      const tokens = session.tokens as Tokens & { access_expires_in: number };
      expect(tokens.access_expires_in).to.equal(900);

      const profile = await accepted(protocol.call(getProfile, {}, tokens.access));
      expect(profile.user).to.deep.include({ phone, first_name: "Éléonore", email: "el@example.com" });
      await expectRefusal(protocol.call(getProfile, {}), "UNAUTHENTICATED");
      await expectRefusal(protocol.call(getProfile, {}, tokens.refresh), "UNAUTHENTICATED");
      await expectRefusal(
        protocol.call(getProfile, {}, `${tokens.access.slice(0, -2)}xx`),
        "UNAUTHENTICATED",
      );

      const next = (await accepted(
        protocol.call(refreshToken, { refresh: tokens.refresh }),
      )) as unknown as Tokens;
      await expectRefusal(protocol.call(refreshToken, { refresh: next.access }), "REFRESH_REJECTED");
      await accepted(protocol.call(getProfile, {}, next.access));

      await expectRefusal(protocol.call(logout, { refresh: next.refresh }), "UNAUTHENTICATED");
      await accepted(protocol.call(logout, { refresh: next.refresh }, next.access));
      await expectRefusal(protocol.call(refreshToken, { refresh: next.refresh }), "REFRESH_REJECTED");
      await expectRefusal(protocol.call(getProfile, {}, next.access), "UNAUTHENTICATED");
      expect(context.outbox.to(phone)).to.have.length(1);
    });
  }

  it("ends the session over every protocol when a rotated token is reused after the grace period", async () => {
    const { context } = service;
    for (const protocol of protocols) {
      const phone = newPhone();
      await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
      const passwords = { password: testPassword, password_confirm: testPassword };
      await accepted(protocol.call(register, { phone, first_name: "J", last_name: "D", ...passwords }));
      await accepted(protocol.call(activate, { phone, code: context.outbox.codeFor(phone) }));
      const { tokens } = (await accepted(
        protocol.call(login, { phone, password: testPassword }),
      )) as unknown as {
        tokens: Tokens;
      };
      const next = (await accepted(
        protocol.call(refreshToken, { refresh: tokens.refresh }),
      )) as unknown as Tokens;
      const again = await accepted(protocol.call(refreshToken, { refresh: tokens.refresh }));
      expect(again.refresh, protocol.name).to.equal(next.refresh);
      // The profile read shows that the successor arrived.
      await accepted(protocol.call(getProfile, {}, next.access));
      await service.context.settle();
      await context.passTime(15);
      await expectRefusal(protocol.call(refreshToken, { refresh: tokens.refresh }), "REFRESH_REJECTED");
      await expectRefusal(protocol.call(refreshToken, { refresh: next.refresh }), "REFRESH_REJECTED");
    }
  });
});

describe("a phone whose refresh response was lost", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  for (const [name, seconds] of [
    ["11 seconds", 11],
    ["an hour", 3600],
  ] as const) {
    it(`stays signed in over every protocol when it asks again after ${name}`, async () => {
      for (const protocol of protocols) {
        const { tokens } = await signedIn(service.context);
        const { refresh } = tokens;
        const lost = await accepted(protocol.call(refreshToken, { refresh }));
        await service.context.passTime(seconds);
        const next = await accepted(protocol.call(refreshToken, { refresh }));
        expect(next.refresh, protocol.name).not.to.equal(lost.refresh);
        const { access } = next as unknown as Tokens;
        await accepted(protocol.call(getProfile, {}, access));
        const third = await accepted(protocol.call(refreshToken, { refresh: next.refresh as string }));
        await accepted(protocol.call(getProfile, {}, third.access as string));
      }
    });
  }
});

describe("round trips", () => {
  const service = useTestService();

  it("are one statement for a profile or a refresh, and few for an activation or a login", async () => {
    const { context, origin } = service;
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    const protocol = openAllClients(origin).find(({ name }) => name === "REST")!;
    const passwords = { password: testPassword, password_confirm: testPassword };
    await accepted(protocol.call(register, { phone, first_name: "J", last_name: "D", ...passwords }));

    const costs: Record<string, number> = {};
    const count = async <T>(name: string, work: Promise<T>): Promise<T> => {
      context.statements.length = 0;
      const result = await work;
      costs[name] = context.statements.length;
      return result;
    };
    await count(
      "activate",
      accepted(protocol.call(activate, { phone, code: context.outbox.codeFor(phone) })),
    );
    const session = await count("login", accepted(protocol.call(login, { phone, password: testPassword })));
    const { access, refresh } = session.tokens as Tokens;
    await count("profile", accepted(protocol.call(getProfile, {}, access)));
    const next = await count("refresh", accepted(protocol.call(refreshToken, { refresh })));
    const readProfile = async () => {
      await accepted(protocol.call(getProfile, {}, next.access as string));
      await context.settle();
    };
    await count("first profile after it", readProfile());
    await count("second profile after it", readProfile());
    expect(costs).to.deep.equal({
      // With their transactions.
      activate: 2,
      login: 6,
      profile: 1,
      refresh: 1,
      // The other statement confirms the refresh token, and no caller waits for it.
      "first profile after it": 2,
      "second profile after it": 1,
    });
  });
});
