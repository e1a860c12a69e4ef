import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createContextValues, type UnaryRequest } from "@connectrpc/connect";
import { expect } from "chai";
import { AccountService, ListAccountsRequestSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import {
  ActivateRequestSchema,
  AuthService,
  ConfirmPasswordResetRequestSchema,
  LoginRequestSchema,
  RegisterRequestSchema,
} from "#gen/waterbill/identity/v1/auth_service_pb.js";
import {
  ConfirmPhoneChangeRequestSchema,
  ProfileService,
  RequestPhoneChangeRequestSchema,
  UpdateProfileRequestSchema,
} from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { DomainError } from "../../../src/errors.js";
import { bodyUnreadable } from "../../../src/http/request-error.js";
import { localize } from "../../../src/messages/catalogue.js";
import type { Catalogue } from "../../../src/messages/fr.js";
import { validate } from "../../../src/rpc/interceptors/validate.js";
import { UnreadableFieldsError } from "../../../src/rpc/json-message.js";
import { readFailureKey } from "../../../src/rpc/unary-method.js";
import { rejection, rejectionReason } from "../../support/rejection.js";
import { testFormats } from "../fake-services.js";

const services = [AuthService, ProfileService, AccountService];
const interceptor = validate({ services, formats: testFormats });
const through = { let: "through" };

function check(method: UnaryRequest["method"], message: object, readError?: Error): Promise<unknown> {
  const request = {
    stream: false,
    method,
    message,
    contextValues: createContextValues().set(readFailureKey, readError ? { error: readError } : null),
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

/** The invalid fields, each with its French messages. */
async function violations(call: Promise<unknown>): Promise<string[]> {
  const error = (await rejection(call)) as DomainError;
  expect(error).to.be.instanceOf(DomainError).with.property("reason", "INVALID_REQUEST");
  return error.fields.map(({ field, message }) => `${field}: ${localize("fr", message)}`);
}

describe("validate", () => {
  it("passes a valid message", async () => {
    expect(await register({})).to.equal(through);
    expect(await register({ email: "", address: "", apartmentName: "" })).to.equal(through);
    expect(await register({ email: "a@b.cm", address: "Rue 1\r\n\tÉtage 2", apartmentName: "A1é" })).to.equal(
      through,
    );
    expect(await register({ firstName: "é".repeat(150) })).to.equal(through);
  });

  it("names missing fields", async () => {
    expect(await violations(register({ firstName: "", password: "" }))).to.deep.equal([
      "first_name: Ce champ est obligatoire.",
      "password: Ce champ est obligatoire.",
    ]);
  });

  it("names fields that are too long, in characters and not in bytes", async () => {
    expect(await violations(register({ lastName: "é".repeat(151) }))).to.deep.equal([
      "last_name: Ce champ doit contenir au maximum 150 caractères.",
    ]);
    expect(await violations(register({ apartmentName: "A123" }))).to.deep.equal([
      "apartment_name: Ce champ doit contenir au maximum 3 caractères.",
    ]);
  });

  for (const character of ["\u0000", "\u0007", "\n", "\u0085"]) {
    it(`refuses ${JSON.stringify(character)} in a name`, async () => {
      expect(await violations(register({ firstName: `Jo${character}hn` }))).to.deep.equal([
        "first_name: Ce champ contient des caractères non autorisés.",
      ]);
    });
  }

  it("refuses control characters other than tabs and line breaks in an address", async () => {
    expect(await register({ address: "12 rue\t1\r\nYaoundé" })).to.equal(through);
    for (const character of ["\u0000", "\u001b", "\u007f", "\u0085"]) {
      expect(await violations(register({ address: `12 rue${character}1` }))).to.deep.equal([
        "address: Ce champ contient des caractères non autorisés.",
      ]);
    }
  });

  it("counts characters, not UTF-16 units", async () => {
    expect(await register({ firstName: "😀".repeat(150), apartmentName: "😀😀😀" })).to.equal(through);
    expect(await violations(register({ address: "😀".repeat(1001) }))).to.deep.equal([
      "address: Ce champ doit contenir au maximum 1000 caractères.",
    ]);
  });

  it("names each rule that a field violates, its length first", async () => {
    expect(
      await violations(register({ firstName: "\u0007".repeat(151), apartmentName: "\t\t\t\t" })),
    ).to.deep.equal([
      "first_name: Ce champ doit contenir au maximum 150 caractères.",
      "first_name: Ce champ contient des caractères non autorisés.",
      "apartment_name: Ce champ doit contenir au maximum 3 caractères.",
      "apartment_name: Ce champ contient des caractères non autorisés.",
    ]);
  });

  it("names the length of a field that has no other rule", async () => {
    const message = create(ActivateRequestSchema, { phone: good.phone, code: "1".repeat(65) });
    expect(await violations(check(AuthService.method.activate, message))).to.deep.equal([
      "code: Ce champ doit contenir au maximum 64 caractères.",
    ]);
  });

  it("refuses a time outside 1970 to 9999", async () => {
    const list = (seconds: bigint) =>
      check(
        AccountService.method.listAccounts,
        create(ListAccountsRequestSchema, { joinedAfter: { seconds }, joinedBefore: { seconds } }),
      );
    for (const seconds of [0n, 253_402_300_799n]) expect(await list(seconds)).to.equal(through);
    for (const seconds of [-1n, 253_402_300_800n, -(2n ** 63n), 2n ** 63n - 1n]) {
      expect(await violations(list(seconds))).to.deep.equal([
        "joined_after: Cette valeur n'est pas valide.",
        "joined_before: Cette valeur n'est pas valide.",
      ]);
    }
  });

  it("refuses an invalid email address", async () => {
    for (const email of ["john", "john@", "@b.cm", "john doe@b.cm"]) {
      expect(await violations(register({ email }))).to.deep.equal([
        "email: Saisissez une adresse email valide.",
      ]);
    }
  });

  it("names a field of a nested message by its path", async () => {
    const message = create(UpdateProfileRequestSchema, { profile: { email: "john" } });
    expect(await violations(check(ProfileService.method.updateProfile, message))).to.deep.equal([
      "profile.email: Saisissez une adresse email valide.",
    ]);
  });

  it("has one message for every other rule", async () => {
    const message = create(ListAccountsRequestSchema, { pageSize: -1 });
    expect(await violations(check(AccountService.method.listAccounts, message))).to.deep.equal([
      "page_size: Cette valeur n'est pas valide.",
    ]);
  });

  it("skips the placeholder of a message that couldn't be read", async () => {
    const empty = create(RegisterRequestSchema);
    expect(await check(AuthService.method.register, empty, bodyUnreadable())).to.equal(through);
  });

  it("names fields that couldn't be read beside those that are missing or invalid", async () => {
    const message = create(RegisterRequestSchema, { phone: "12", lastName: "Doe", passwordConfirm: "x" });
    const wrongType = { field: "first_name", message: (m: Catalogue) => m.fieldWrongType };
    const error = new UnreadableFieldsError([wrongType], message, undefined);
    expect(await violations(check(AuthService.method.register, message, error))).to.deep.equal([
      "first_name: Cette valeur n'a pas le bon type.",
      "phone: Le numéro de téléphone doit contenir entre 9 et 15 chiffres.",
      "password: Ce champ est obligatoire.",
    ]);
  });

  it("names a missing phone number beside other missing fields", async () => {
    expect(await violations(check(AuthService.method.login, create(LoginRequestSchema)))).to.deep.equal([
      "phone: Le numéro de téléphone est obligatoire.",
      "password: Ce champ est obligatoire.",
    ]);
  });

  it("names a missing link token beside other missing fields", async () => {
    const empty = create(ConfirmPasswordResetRequestSchema);
    expect(await violations(check(AuthService.method.confirmPasswordReset, empty))).to.deep.equal([
      "token: Le token est requis.",
      "code: Ce champ est obligatoire.",
      "new_password: Ce champ est obligatoire.",
      "new_password_confirm: Ce champ est obligatoire.",
    ]);
  });

  it("refuses a phone number or a link token with its own reason if nothing else is invalid", async () => {
    expect(await rejectionReason(register({ phone: "" }))).to.equal("PHONE_REQUIRED");
    expect(await rejectionReason(register({ phone: "+237 letters" }))).to.equal("PHONE_INVALID");
    expect(await rejectionReason(register({ phone: "12" }))).to.equal("PHONE_LENGTH");
    const { requestPhoneChange, confirmPhoneChange } = ProfileService.method;
    const newPhone = create(RequestPhoneChangeRequestSchema, { newPhone: "12" });
    const error = (await rejection(check(requestPhoneChange, newPhone))) as DomainError;
    expect([error.reason, error.fields[0]?.field]).to.deep.equal(["PHONE_LENGTH", "new_phone"]);
    const proof = create(ConfirmPhoneChangeRequestSchema, { token: "x", code: "123456" });
    expect(await rejectionReason(check(confirmPhoneChange, proof))).to.equal("TOKEN_INVALID");
  });

  it("takes a blank name for a missing one", async () => {
    expect(await violations(register({ firstName: " ", lastName: "\u3000\u00a0" }))).to.deep.equal([
      "first_name: Ce champ est obligatoire.",
      "last_name: Ce champ est obligatoire.",
    ]);
  });
});
