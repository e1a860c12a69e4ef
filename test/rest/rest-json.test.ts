import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { LoginResponseSchema } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ChallengeSchema } from "#gen/waterbill/identity/v1/challenge_pb.js";
import { UserSchema } from "#gen/waterbill/identity/v1/user_pb.js";
import { toRestJson } from "../../src/rest/rest-json.js";
import { sampleMethod } from "../rpc/sample-method.js";

describe("toRestJson", () => {
  it("writes a user as the specification does, in its order, with null for absent fields", () => {
    const user = create(UserSchema, {
      id: 1,
      phone: "+675799743",
      firstName: "John",
      lastName: "Doe",
      fullName: "John Doe",
      address: "",
      dateJoined: timestampFromDate(new Date("2024-01-15T10:30:00Z")),
      isActive: false,
    });
    expect(JSON.stringify(toRestJson(UserSchema, user))).to.equal(
      '{"id":1,"phone":"+675799743","first_name":"John","last_name":"Doe","full_name":"John Doe","email":null,' +
        '"address":"","apartment_name":null,"date_joined":"2024-01-15T10:30:00Z","is_active":false}',
    );
  });

  it("does so within other messages, and omits an absent message", () => {
    const login = create(LoginResponseSchema, { user: { id: 1 } });
    const json = toRestJson(LoginResponseSchema, login);
    expect(Object.keys(json)).to.deep.equal(["user", "device"]);
    expect(json.user).to.include({ id: 1, email: null, first_name: "" });
  });

  it("omits an unset field whose option says so", () => {
    const challenge = create(ChallengeSchema, { attemptsLeft: 5 });
    expect(toRestJson(ChallengeSchema, challenge)).not.to.have.property("registration");
    const named = create(ChallengeSchema, { registration: "x" });
    expect(toRestJson(ChallengeSchema, named)).to.have.property("registration", "x");
  });

  it("writes every field without presence", () => {
    const { output } = sampleMethod();
    expect(toRestJson(output, create(output))).to.deep.equal({ phone: "", is_active: false, page_size: 0 });
  });
});
