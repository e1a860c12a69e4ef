import type { DescMethodUnary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { administrator } from "../support/administrator.js";
import { useTestService } from "../support/service.js";
import { signedIn } from "../support/test-context.js";
import { expectRefusal, useAllClients } from "./all-protocols.js";

/** The fields that a method refuses in an empty message. */
const missing: readonly [DescMethodUnary, readonly string[]][] = [
  [AuthService.method.login, ["phone", "password"]],
  [AuthService.method.register, ["phone", "first_name", "last_name", "password", "password_confirm"]],
  [AuthService.method.activate, ["phone", "code"]],
  [AuthService.method.confirmPasswordReset, ["token", "code", "new_password", "new_password_confirm"]],
  [ProfileService.method.confirmPasswordChange, ["token", "code", "new_password", "new_password_confirm"]],
  [ProfileService.method.confirmPhoneChange, ["token", "code"]],
];

describe("invalid fields", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  for (const [method, fields] of missing) {
    it(`of an empty ${method.name} are all named, on every protocol`, async () => {
      for (const protocol of protocols) {
        const refused = await expectRefusal(protocol.call(method, {}), "INVALID_REQUEST");
        expect(Object.keys(refused.fields), protocol.name).to.have.members(fields);
      }
    });
  }

  it("name a phone number that is too short beside a missing password, on every protocol", async () => {
    for (const protocol of protocols) {
      const { fields } = await expectRefusal(
        protocol.call(AuthService.method.login, { phone: "12" }),
        "INVALID_REQUEST",
      );
      expect(fields, protocol.name).to.deep.equal({
        phone: "Le numéro de téléphone doit contenir entre 9 et 15 chiffres.",
        password: "Ce champ est obligatoire.",
      });
    }
  });

  it("name both blank names of a profile, on every protocol", async () => {
    const { tokens } = await signedIn(service.context);
    const profile = { first_name: " ", last_name: "" };
    const input = { profile, update_mask: { paths: ["first_name", "last_name"] } };
    for (const protocol of protocols) {
      const call = protocol.call(ProfileService.method.updateProfile, input, tokens.access);
      const { fields } = await expectRefusal(call, "INVALID_REQUEST");
      const prefix = protocol.name === "REST" ? "" : "profile.";
      expect(Object.keys(fields), protocol.name).to.have.members([
        `${prefix}first_name`,
        `${prefix}last_name`,
      ]);
    }
  });
});

describe("invalid and unreadable fields of a profile", () => {
  const service = useTestService();

  it("are all named, over REST", async () => {
    const { tokens } = await signedIn(service.context);
    const headers = { "content-type": "application/json", authorization: `Bearer ${tokens.access}` };
    const profile = { first_name: "x".repeat(300), last_name: 5, email: "nobody" };
    const body = JSON.stringify(profile);
    const response = await fetch(`${service.origin}/api/auth/me/`, { method: "PATCH", headers, body });
    expect(response.status).to.equal(400);
    const { data } = (await response.json()) as { data: Record<string, string[]> };
    expect(Object.keys(data)).to.have.members(["first_name", "last_name", "email"]);
    expect(data.last_name).to.deep.equal(["Cette valeur n'a pas le bon type."]);
  });
});

describe("dates and masks in JSON", () => {
  const service = useTestService();
  const connectJson = { "content-type": "application/json", "accept-language": "en" };

  async function post(path: string, token: string, body: object) {
    const headers = { ...connectJson, authorization: `Bearer ${token}` };
    const response = await fetch(`${service.origin}/waterbill.identity.v1.${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  }

  it("may be plain in a REST query and in Connect JSON, and are named if they can't be read", async () => {
    const { tokens, user } = await administrator(service.context);
    const query = (text: string) =>
      fetch(`${service.origin}/api/admin/users/?joined_after=${text}&search=${user.phone.slice(1)}`, {
        headers: { authorization: `Bearer ${tokens.access}` },
      });
    const found = await query("2026-01-01");
    expect(found.status).to.equal(200);
    expect(await found.json()).to.have.nested.property("data.users[0].id", user.id);
    const refused = await query("2026-02-30");
    const message = "Saisissez une date comme 2026-01-31 ou 2026-01-31T12:00:00Z.";
    expect(await refused.json()).to.deep.equal({
      status: "error",
      message,
      data: { joined_after: [message] },
    });

    const list = (joinedAfter: string) =>
      post("AccountService/ListAccounts", tokens.access, { joinedAfter, search: user.phone });
    expect((await list("2026-01-01")).body).to.have.nested.property("accounts[0].id", user.id);
    const error = await list("yesterday");
    expect(error.status).to.equal(400);
    expect(JSON.stringify(error.body)).to.include('"field":"joined_after"');
  });

  it("may have either spelling in a mask", async () => {
    const { tokens } = await signedIn(service.context);
    for (const [updateMask, firstName] of [
      ["first_name", "Ada"],
      ["firstName", "Eve"],
    ]) {
      const { body } = await post("ProfileService/UpdateProfile", tokens.access, {
        profile: { firstName, lastName: "ignored" },
        updateMask,
      });
      expect(body).to.have.nested.property("user.fullName", `${firstName} Doe`);
    }
    const { body } = await post("ProfileService/UpdateProfile", tokens.access, {
      profile: {},
      updateMask: "is_staff",
    });
    expect(JSON.stringify(body)).to.include('"field":"update_mask"');
  });
});
