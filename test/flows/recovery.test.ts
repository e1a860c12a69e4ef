import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { useTestService } from "../support/service.js";
import { activeUser, newPhone, registered, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { login, refreshToken, requestPasswordReset, confirmPasswordReset } = AuthService.method;
const {
  getProfile,
  updateProfile,
  requestPasswordChange,
  confirmPasswordChange,
  requestPhoneChange,
  confirmPhoneChange,
} = ProfileService.method;

interface Tokens {
  access: string;
  refresh: string;
}

const newPassword = "Nouveau-Secret-9";
const passwords = { new_password: newPassword, new_password_confirm: newPassword };

describe("recovery and change", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  const signIn = async (protocol: FlowClient, phone: string, password = testPassword) =>
    (await accepted(protocol.call(login, { phone, password }))).tokens as unknown as Tokens;

  const proofFor = (phone: string) => ({
    token: service.context.outbox.tokenFor(phone),
    code: service.context.outbox.codeFor(phone),
  });

  /** Expects that both tokens of each device are refused. */
  async function expectEnded(protocol: FlowClient, ...sessions: Tokens[]): Promise<void> {
    for (const { access, refresh } of sessions) {
      await expectRefusal(protocol.call(refreshToken, { refresh }), "REFRESH_REJECTED");
      await expectRefusal(protocol.call(getProfile, {}, access), "UNAUTHENTICATED");
      await expectRefusal(
        protocol.call(updateProfile, { profile: { first_name: "X" } }, access),
        "UNAUTHENTICATED",
      );
    }
  }

  for (const [index, name] of ["gRPC", "gRPC-Web", "Connect binary", "Connect JSON", "REST"].entries()) {
    it(`resets a forgotten password over ${name}`, async () => {
      const protocol = protocols[index]!;
      const { phone } = await activeUser(service.context);
      const sessions = [await signIn(protocol, phone), await signIn(protocol, phone)];
      const known = await protocol.call(requestPasswordReset, { phone });
      const unknown = await protocol.call(requestPasswordReset, { phone: newPhone() });
      expect(known.data).to.deep.equal(unknown.data);
      expect(known.message).to.equal(unknown.message);
      await service.context.settle();

      const proof = proofFor(phone);
      await expectRefusal(
        protocol.call(confirmPasswordReset, { ...proof, token: "", ...passwords }),
        "TOKEN_REQUIRED",
      );
      await expectRefusal(
        protocol.call(confirmPasswordReset, { ...proof, token: "x", ...passwords }),
        "TOKEN_INVALID",
      );
      await expectRefusal(protocol.call(confirmPasswordChange, { ...proof, ...passwords }), "LINK_REJECTED");
      await expectRefusal(
        protocol.call(confirmPasswordReset, {
          ...proof,
          new_password: "password123",
          new_password_confirm: "password123",
        }),
        "PASSWORD_REJECTED",
      );
      await accepted(
        protocol.call(confirmPasswordReset, { ...proof, token: ` ${proof.token}\u200b\n`, ...passwords }),
      );
      await expectRefusal(protocol.call(confirmPasswordReset, { ...proof, ...passwords }), "LINK_REJECTED");
      await expectEnded(protocol, ...sessions);
      await expectRefusal(protocol.call(login, { phone, password: testPassword }), "CREDENTIALS_REJECTED");
      await signIn(protocol, phone, newPassword);
    });

    it(`changes the password over ${name}`, async () => {
      const protocol = protocols[index]!;
      const { phone } = await activeUser(service.context);
      const own = await signIn(protocol, phone);
      const others = [await signIn(protocol, phone), await signIn(protocol, phone)];
      const { fields } = await expectRefusal(
        protocol.call(requestPasswordChange, { current_password: "wrong" }, own.access),
        "CURRENT_PASSWORD_INCORRECT",
      );
      expect(fields).to.have.property("current_password");
      await accepted(protocol.call(requestPasswordChange, { current_password: testPassword }, own.access));
      const proof = proofFor(phone);
      const stranger = await signIn(protocol, (await activeUser(service.context)).phone);
      await expectRefusal(
        protocol.call(confirmPasswordChange, { ...proof, ...passwords }, "not.a.token"),
        "UNAUTHENTICATED",
      );
      await expectRefusal(
        protocol.call(confirmPasswordChange, { ...proof, ...passwords }, stranger.access),
        "LINK_REJECTED",
      );
      await accepted(protocol.call(confirmPasswordChange, { ...proof, ...passwords }, own.access));
      await expectEnded(protocol, ...others);
      await accepted(protocol.call(refreshToken, { refresh: own.refresh }));
      await signIn(protocol, phone, newPassword);
    });

    it(`changes the phone number over ${name}`, async () => {
      const protocol = protocols[index]!;
      const { phone: old } = await activeUser(service.context);
      const phone = newPhone();
      const sessions = [await signIn(protocol, old), await signIn(protocol, old)];
      const [{ access }] = sessions as [Tokens, Tokens];
      const { fields } = await expectRefusal(
        protocol.call(requestPhoneChange, { new_phone: phone }, access),
        "PHONE_NOT_WHITELISTED",
      );
      expect(fields).to.have.property("new_phone");
      await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
      await accepted(protocol.call(requestPhoneChange, { new_phone: phone }, access));
      const stranger = await signIn(protocol, (await activeUser(service.context)).phone);
      const proof = proofFor(phone);
      await expectRefusal(protocol.call(confirmPhoneChange, proof, "not.a.token"), "UNAUTHENTICATED");
      await expectRefusal(protocol.call(confirmPhoneChange, proof, stranger.access), "LINK_REJECTED");
      const changed = await accepted(protocol.call(confirmPhoneChange, proof));
      expect(changed).to.deep.equal({ new_phone: phone });
      await expectEnded(protocol, ...sessions);
      const { access: renewed } = await signIn(protocol, phone);
      expect((await accepted(protocol.call(getProfile, {}, renewed))).user).to.deep.include({ phone });
    });

    it(`updates the profile over ${name}, and nothing that is not the user's to change`, async () => {
      const protocol = protocols[index]!;
      const { id, phone, dateJoined } = await activeUser(service.context);
      const { access } = await signIn(protocol, phone);
      const forbidden =
        protocol.name === "gRPC" || protocol.name === "REST" || protocol.name === "Connect JSON"
          ? {
              is_staff: true,
              is_superuser: true,
              is_active: false,
              id: 1,
              phone: "+1",
              date_joined: "2000-01-01",
            }
          : {};
      const profile = { first_name: "Ada", email: `ada${id}@example.com`, apartment_name: "B2" };
      const { user } = await accepted(
        protocol.call(updateProfile, { profile: { ...profile, ...forbidden } }, access),
      );
      expect(user).to.deep.include({ ...profile, id, phone, is_active: true, last_name: "Doe" });
      const account = await service.context.app.users.findById(null, id);
      expect(account?.user).to.deep.include({
        isStaff: false,
        isSuperuser: false,
        isActive: true,
        phone,
        dateJoined,
      });
    });
  }

  it("changes the password without a token, which ends every session", async () => {
    const protocol = protocols[3]!;
    const { phone } = await activeUser(service.context);
    const sessions = [await signIn(protocol, phone), await signIn(protocol, phone)];
    const [{ access }] = sessions as [Tokens, Tokens];
    await accepted(protocol.call(requestPasswordChange, { current_password: testPassword }, access));
    await accepted(protocol.call(confirmPasswordChange, { ...proofFor(phone), ...passwords }));
    await expectEnded(protocol, ...sessions);
    await signIn(protocol, phone, newPassword);
  });

  it("returns 401 for any invalid token where a token is optional", async () => {
    for (const authorization of ["Bearer not.a.token", "Bearer", "Basic am9objpkb2U="]) {
      for (const path of ["/api/auth/password/change/confirm/", "/api/auth/phone/change/confirm/"]) {
        const headers = { authorization, "content-type": "application/json" };
        const response = await fetch(`${service.origin}${path}`, { method: "POST", headers, body: "{}" });
        expect(response.status, `${path} ${authorization}`).to.equal(401);
        expect(response.headers.get("www-authenticate")).to.equal("Bearer");
        await response.arrayBuffer();
      }
    }
  });

  it("responds alike to a known, unknown, inactive and throttled phone, without waiting for the SMS", async () => {
    const { context } = service;
    const { phone: known } = await activeUser(context);
    const inactive = await registered(context);
    const sent = context.outbox.messages.length;
    for (const protocol of protocols) {
      const responses = [];
      for (const phone of [known, newPhone(), inactive, known]) {
        const { reason, message, data, header } = await protocol.call(requestPasswordReset, { phone });
        const own = ["date", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset"];
        const headers = [...header].filter(([name]) => !own.includes(name));
        responses.push({ reason, message, data, headers });
      }
      for (const response of responses) expect(response, protocol.name).to.deep.equal(responses[0]);
      expect(responses[0]?.reason).to.equal(undefined);
    }
    await context.settle();
    expect(context.outbox.messages.slice(sent).map(({ kind, phone }) => [kind, phone])).to.deep.equal([
      ["verification", known],
    ]);
  });

  it("clears an optional field over REST with null or an empty text, by PUT and PATCH, under both paths", async () => {
    const { phone } = await activeUser(service.context);
    const { access } = await signIn(protocols[4]!, phone);
    const send = async (httpMethod: string, path: string, body: object) => {
      const response = await fetch(`${service.origin}${path}`, {
        method: httpMethod,
        headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const { data } = (await response.json()) as { data: { user: Record<string, unknown> } };
      expect(response.status).to.equal(200);
      return data.user;
    };
    const filled = { address: "12 rue", apartment_name: "A1", email: "clear@example.com" };
    expect(await send("PUT", "/api/auth/profile/", filled)).to.include(filled);
    expect(await send("PATCH", "/api/me", { address: null })).to.include({ ...filled, address: null });
    expect(await send("PATCH", "/api/auth/me/", { email: "" })).to.include({
      email: null,
      apartment_name: "A1",
    });
    expect(await send("PUT", "/api/profile", {})).to.include({ email: null, apartment_name: "A1" });
  });

  it("accepts a mask over gRPC, and refuses one that names a read-only field", async () => {
    const { phone, id } = await activeUser(service.context);
    const protocol = protocols[0]!;
    const { access } = await signIn(protocol, phone);
    const profile = { first_name: "Ada", last_name: "Lovelace" };
    const masked = { profile, update_mask: { paths: ["last_name", "email"] } };
    const { user } = await accepted(protocol.call(updateProfile, masked, access));
    expect(user).to.deep.include({ first_name: "John", last_name: "Lovelace", id });
    const forbidden = { profile, update_mask: { paths: ["first_name", "is_staff"] } };
    const { fields } = await expectRefusal(
      protocol.call(updateProfile, forbidden, access),
      "INVALID_REQUEST",
    );
    expect(fields).to.have.property("update_mask");
  });
});
