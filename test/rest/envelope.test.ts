import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import type { Caller } from "../../src/caller.js";
import { DomainError, ERROR_TABLE, type Reason, rateLimited } from "../../src/errors.js";
import { bodyTooLarge, contentTypeUnsupported, pathUnknown } from "../../src/http/request-error.js";
import {
  errorBody,
  errorLanguage,
  errorStatus,
  type Route,
  successBody,
  successStatus,
} from "../../src/rest/envelope.js";
import { readHttpRules } from "../../src/rest/http-rules.js";
import { SUCCESS_RESPONSES } from "../../src/rest/success-responses.js";

const french: Caller = {
  address: "192.0.2.1",
  authorization: null,
  userAgent: "",
  requestId: "1",
  language: "fr",
  isLanguageRequested: false,
};
const english: Caller = { ...french, language: "en", isLanguageRequested: true };

type Method = Parameters<typeof readHttpRules>[0];
const routeOf = (method: Method): Route => ({
  binding: readHttpRules(method)[0]!,
  success: SUCCESS_RESPONSES.get(method)!,
});

const register = routeOf(AuthService.method.register);
const login = routeOf(AuthService.method.login);

describe("successBody", () => {
  it("is wrapped in an envelope, in the caller's language", () => {
    expect(JSON.stringify(successBody(register.success, {}, french))).to.equal(
      `{"status":"success","message":"Compte créé avec succès. Un code d'activation a été envoyé par SMS.","data":{}}`,
    );
    expect(successBody(register.success, {}, english)).to.include({
      message: "Account created. An activation code has been sent by SMS.",
    });
    expect(successStatus(register.success)).to.equal(201);
    expect(successStatus(login.success)).to.equal(200);
  });

  it("places a list under the name that its method declares", () => {
    const { success } = routeOf(AccountService.method.listAccounts);
    const body = successBody(success, { accounts: [], next_page_token: "" }, french);
    expect(JSON.stringify(body.data)).to.equal(`{"users":[],"next_page_token":""}`);
  });

  it("has no data after a logout", () => {
    const { success } = routeOf(AuthService.method.logout);
    expect(successBody(success, {}, french)).to.deep.equal({
      status: "success",
      message: "Déconnexion réussie",
    });
  });

  it("is bare for a token refresh", () => {
    const { success } = routeOf(AuthService.method.refreshToken);
    expect(successBody(success, { access: "a" }, french)).to.deep.equal({ access: "a" });
    expect(successStatus(success)).to.equal(200);
  });
});

describe("errorBody", () => {
  const body = (error: DomainError, route: Route | undefined = login, caller = french) =>
    errorBody(error, errorLanguage(error, caller), route);

  it("names the field and repeats its message", () => {
    const message = "Le numéro de téléphone est obligatoire.";
    expect(body(new DomainError("PHONE_REQUIRED"))).to.deep.equal({
      status: "error",
      message,
      data: { phone: [message] },
    });
  });

  it("says that a registration failed", () => {
    const message = "Un utilisateur avec ce numéro de téléphone existe déjà.";
    expect(body(new DomainError("PHONE_TAKEN"), register)).to.deep.equal({
      status: "error",
      message: `Erreur lors de l'inscription: ${message}`,
      data: { phone: [message] },
    });
    expect(body(new DomainError("PHONE_TAKEN"), register, english).message).to.equal(
      "Registration failed: A user with this phone number already exists.",
    );
    expect(body(new DomainError("SMS_UNAVAILABLE"), register).message).to.equal("Échec de l'envoi du SMS.");
  });

  it("lists all messages of one field", () => {
    const fields = [
      { field: "password", message: () => "Trop court." },
      { field: "password", message: () => "Trop courant." },
    ];
    expect(body(new DomainError("PASSWORD_REJECTED", { fields }))).to.deep.include({
      message: "Trop court. Trop courant.",
      data: { password: ["Trop court.", "Trop courant."] },
    });
  });

  it("reports invalid data when several fields are invalid", () => {
    const fields = ["first_name", "email"].map((field) => ({ field, message: () => "!" }));
    expect(body(new DomainError("INVALID_REQUEST", { fields }), register)).to.deep.equal({
      status: "error",
      message: "Données invalides.",
      data: { first_name: ["!"], email: ["!"] },
    });
  });

  it("names a field of a flat body by its name there", () => {
    const route = routeOf(ProfileService.method.updateProfile);
    const fields = [{ field: "profile.email", message: () => "!" }];
    expect(body(new DomainError("INVALID_REQUEST", { fields }), route).data).to.deep.equal({ email: ["!"] });
    expect(body(new DomainError("EMAIL_TAKEN"), route).data).to.have.property("email");
  });

  it("has empty data when no field is invalid, and needs no route", () => {
    expect(body(new DomainError("CODE_INCORRECT")).data).to.deep.equal({});
    expect(body(pathUnknown(), undefined)).to.deep.equal({
      status: "error",
      message: "Ressource introuvable.",
      data: {},
    });
  });

  it("is in English when throttled, unless a language is requested", () => {
    const english42 = "Request was throttled. Expected available in 42 seconds.";
    const askedForFrench = { ...french, isLanguageRequested: true };
    const throttled = rateLimited(42, { limit: 5, resetAt: 1_772_366_442 });
    expect(body(throttled).message).to.equal(english42);
    expect(body(throttled, login, english).message).to.equal(english42);
    expect(body(throttled, login, askedForFrench).message).to.equal(
      "Trop de requêtes. Réessayez dans 42 secondes.",
    );
  });

  it("has the status of the error table, or that of HTTP when it is not a call", () => {
    for (const reason of Object.keys(ERROR_TABLE) as Reason[]) {
      expect(errorStatus(new DomainError(reason))).to.equal(ERROR_TABLE[reason].status);
    }
    expect([bodyTooLarge(), contentTypeUnsupported(), pathUnknown()].map(errorStatus)).to.deep.equal([
      413, 415, 404,
    ]);
  });
});
