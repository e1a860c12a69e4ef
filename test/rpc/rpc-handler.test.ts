import { Code } from "@connectrpc/connect";
import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { DomainError, rateLimited } from "../../src/errors.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { useFakeServer } from "./fake-server.js";
import { grpcWebTextClient, openProtocolClients, type ProtocolClient } from "./protocols.js";

const { login, register } = AuthService.method;
const { getProfile, updateProfile } = ProfileService.method;
const credentials = { phone: "675799743", password: "Motdepasse123!" };
const registration = {
  ...credentials,
  password_confirm: credentials.password,
  first_name: "John",
  last_name: "Doe",
};

describe("rpc", () => {
  const fake = useFakeServer(createRpcHandler);
  let protocols: ProtocolClient[];
  before(() => {
    protocols = [...openProtocolClients(fake.url), grpcWebTextClient(fake.url)];
  });
  after(() => {
    for (const protocol of protocols) protocol.close();
  });

  for (const [index, name] of [
    "gRPC",
    "gRPC-Web",
    "Connect binary",
    "Connect JSON",
    "gRPC-Web text",
  ].entries()) {
    describe(`over ${name}`, () => {
      const call: ProtocolClient["call"] = (...parameters) => protocols[index]!.call(...parameters);

      it("passes a call and its response", async () => {
        const response = await call(login, credentials);
        expect(response.code).to.equal(undefined);
        expect(response.data).to.nested.include({
          "user.phone": "+675799743",
          "tokens.access": "an-access-token",
        });
        expect(fake.services.received.at(-1)).to.include(credentials);
        expect(protocols[index]!.name).to.equal(name);
      });

      it("passes the principal to the service, and refuses other callers", async () => {
        expect((await call(getProfile, {}, { authorization: "Bearer john" })).code).to.equal(undefined);
        const response = await call(getProfile, {});
        expect(response).to.include({ code: Code.Unauthenticated, reason: "UNAUTHENTICATED" });
        expect(response.header.get("www-authenticate")).to.equal("Bearer");
      });

      it("returns a refusal: code, message, reason, domain, language, fields", async () => {
        fake.services.before = () => {
          throw new DomainError("PHONE_TAKEN");
        };
        const message = "Un utilisateur avec ce numéro de téléphone existe déjà.";
        const response = await call(register, registration);
        expect(response).to.deep.include({
          code: Code.AlreadyExists,
          message,
          reason: "PHONE_TAKEN",
          domain: "identity.waterbill",
          locale: "fr",
          fields: { phone: message },
        });
      });

      it("responds in English on request", async () => {
        fake.services.before = () => {
          throw new DomainError("CODE_INCORRECT");
        };
        const response = await call(register, registration, { "accept-language": "en" });
        expect(response).to.include({ message: "Incorrect activation code.", locale: "en" });
      });

      it("returns a message of any characters", async () => {
        const message = "100 % : « déjà », (a, b; c) #1 +2 =3 ?/&@$";
        fake.services.before = () => {
          throw new DomainError("CODE_INCORRECT", { message: () => message });
        };
        expect((await call(login, credentials)).message).to.equal(message);
      });

      it("returns the time to retry with the limits, and the limits on success too", async () => {
        fake.services.before = () => {
          throw rateLimited(42, { limit: 5, resetAt: 1_772_366_442 });
        };
        const refused = await call(login, credentials);
        expect(refused).to.include({
          code: Code.ResourceExhausted,
          reason: "RATE_LIMITED",
          retrySeconds: 42,
        });
        expect(refused.header.get("retry-after")).to.equal("42");
        // The figures of the limit that refused, not of the window that the limiter counted.
        expect(refused.header.get("x-ratelimit-limit")).to.equal("5");
        expect(refused.header.get("x-ratelimit-reset")).to.equal("1772366442");
        fake.services.before = () => {};
        expect((await call(login, credentials)).header.get("x-ratelimit-limit")).to.equal("15");
      });

      it("hides an internal error from the caller, and logs it", async () => {
        fake.services.before = () => {
          throw new Error("SELECT * FROM users");
        };
        const response = await call(login, credentials);
        expect(response).to.include({
          code: Code.Internal,
          reason: "INTERNAL",
          message: "Erreur interne du serveur.",
        });
        expect(JSON.stringify(response)).not.to.include("SELECT");
        const { err } = JSON.parse(fake.lines[0]!);
        expect(err.type).to.equal("Error");
        expect(err.stack).to.include("test/rpc/rpc-handler.test.ts:").and.include("fake-services");
        expect(fake.lines.join("")).not.to.include("SELECT");
      });

      it("returns INTERNAL when the response can't be encoded", async () => {
        const response = await call(AuthService.method.activate, { phone: "675799743", code: "unencodable" });
        expect(response).to.include({ code: Code.Internal, reason: "INTERNAL" });
        const { err } = JSON.parse(fake.lines[0]!);
        expect(err.type).to.match(/Error$/);
        // V8 keeps ten frames; the encoder, which recurses, may use all of them.
        expect(err.stack).to.match(/^at (?:\w+ \()?node_modules\/@bufbuild\/protobuf\//);
      });

      it("passes the service's own headers and trailers", async () => {
        fake.services.before = (context) => {
          context.responseHeader.set("a-header", "1");
          context.responseTrailer.set("a-trailer", "2");
        };
        const { header } = await call(login, credentials);
        expect(header.get("a-header")).to.equal("1");
        expect(header.get("a-trailer")).to.equal("2");
      });

      const wrong: Record<string, [object, Record<string, string>]> = {
        "a name of 151 characters": [
          { first_name: "x".repeat(151) },
          { first_name: "Ce champ doit contenir au maximum 150 caractères." },
        ],
        "NUL in a name": [
          { last_name: "Do\u0000e" },
          { last_name: "Ce champ contient des caractères non autorisés." },
        ],
        "an apartment of 4": [
          { apartment_name: "A123" },
          { apartment_name: "Ce champ doit contenir au maximum 3 caractères." },
        ],
        "an invalid email address": [{ email: "john@" }, { email: "Saisissez une adresse email valide." }],
        "empty required fields": [
          { first_name: "", password: "" },
          { first_name: "Ce champ est obligatoire.", password: "Ce champ est obligatoire." },
        ],
      };
      for (const [what, [change, fields]] of Object.entries(wrong)) {
        it(`refuses ${what}`, async () => {
          const response = await call(register, { ...registration, ...change });
          expect(response).to.deep.include({
            code: Code.InvalidArgument,
            reason: "INVALID_REQUEST",
            message: "Données invalides.",
            fields,
          });
        });
      }

      it("refuses a message of 10 MB", async () => {
        const response = await call(register, { ...registration, address: "x".repeat(10_000_000) });
        expect(response).to.include({
          code: Code.InvalidArgument,
          reason: "INVALID_REQUEST",
          message: "Le corps de la requête est trop volumineux.",
        });
        expect((await call(login, credentials)).code).to.equal(undefined);
      });

      it("accepts a nested message and a mask", async () => {
        const input = { profile: { email: "" }, update_mask: { paths: ["email"] } };
        await call(updateProfile, input, { authorization: "Bearer john" });
        expect(fake.services.received.at(-1))
          .to.have.nested.property("updateMask.paths")
          .and.deep.equal(["email"]);
      });

      it("handles many calls at once", async () => {
        const responses = await Promise.all(Array.from({ length: 200 }, () => call(login, credentials)));
        expect(responses.filter(({ code }) => code !== undefined)).to.be.empty;
      });
    });
  }
});
