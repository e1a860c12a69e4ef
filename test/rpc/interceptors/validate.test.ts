import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createContextValues, type UnaryRequest } from "@connectrpc/connect";
import { expect } from "chai";
import { AccountService, ListAccountsRequestSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService, RegisterRequestSchema } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService, UpdateProfileRequestSchema } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { DomainError } from "../../../src/errors.js";
import { localize } from "../../../src/messages/catalogue.js";
import { validate } from "../../../src/rpc/interceptors/validate.js";
import { unreadableKey } from "../../../src/rpc/unary-method.js";
import { rejection } from "../../support/rejection.js";

const interceptor = validate([AuthService, ProfileService, AccountService]);
const through = { let: "through" };

function check(method: UnaryRequest["method"], message: object, unread = false): Promise<unknown> {
  const request = {
    stream: false,
    method,
    message,
    contextValues: createContextValues().set(unreadableKey, unread),
  };
  return interceptor(async () => through as never)(request as unknown as UnaryRequest);
}

const good = {
  phone: "675799743",
  firstName: "Zoé",
  lastName: "O’Neil",
  password: "Motdepasse123!",
  passwordConfirm: "Motdepasse123!",
};

function register(changes: MessageInitShape<typeof RegisterRequestSchema>): Promise<unknown> {
  return check(AuthService.method.register, create(RegisterRequestSchema, { ...good, ...changes }));
}

/** The fields at fault, each with its French messages. */
async function violations(call: Promise<unknown>): Promise<string[]> {
  const error = (await rejection(call)) as DomainError;
  expect(error).instanceOf(DomainError).property("reason", "INVALID_REQUEST");
  return error.fields.map(({ field, message }) => `${field}: ${localize("fr", message)}`);
}

describe("validate", () => {
  it("lets a good message through", async () => {
    expect(await register({})).equal(through);
    expect(await register({ email: "", address: "", apartmentName: "" })).equal(through);
    expect(await register({ email: "a@b.cm", address: "Rue 1\r\n\tÉtage 2", apartmentName: "A1é" })).equal(
      through,
    );
    expect(await register({ firstName: "é".repeat(150) })).equal(through);
  });

  it("names what is missing", async () => {
    expect(await violations(register({ firstName: "", password: "" }))).deep.equal([
      "first_name: Ce champ est obligatoire.",
      "password: Ce champ est obligatoire.",
    ]);
  });

  it("names what is too long, in characters and not in bytes", async () => {
    expect(await violations(register({ lastName: "é".repeat(151) }))).deep.equal([
      "last_name: Ce champ doit contenir au maximum 150 caractères.",
    ]);
    expect(await violations(register({ apartmentName: "A123" }))).deep.equal([
      "apartment_name: Ce champ doit contenir au maximum 3 caractères.",
    ]);
  });

  for (const character of ["\u0000", "\u0007", "\n", "\u0085"]) {
    it(`refuses ${JSON.stringify(character)} in a name`, async () => {
      expect(await violations(register({ firstName: `Jo${character}hn` }))).deep.equal([
        "first_name: Ce champ contient des caractères non autorisés.",
      ]);
    });
  }

  it("refuses a bad email address", async () => {
    for (const email of ["john", "john@", "@b.cm", "john doe@b.cm"]) {
      expect(await violations(register({ email }))).deep.equal([
        "email: Saisissez une adresse email valide.",
      ]);
    }
  });

  it("names a field of a nested message by its path", async () => {
    const message = create(UpdateProfileRequestSchema, { profile: { email: "john" } });
    expect(await violations(check(ProfileService.method.updateProfile, message))).deep.equal([
      "profile.email: Saisissez une adresse email valide.",
    ]);
  });

  it("has one message for every other rule", async () => {
    const message = create(ListAccountsRequestSchema, { pageSize: -1 });
    expect(await violations(check(AccountService.method.listAccounts, message))).deep.equal([
      "page_size: Cette valeur n'est pas valide.",
    ]);
  });

  it("doesn't look at what stands for a message that couldn't be read", async () => {
    expect(await check(AuthService.method.register, create(RegisterRequestSchema), true)).equal(through);
  });
});
