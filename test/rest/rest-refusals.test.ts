import { expect } from "chai";
import { DomainError, rateLimited } from "../../src/errors.js";
import { createRestHandler } from "../../src/rest/rest-handler.js";
import { connectRaw, statusLine } from "../http/raw-client.js";
import { useFakeServer } from "../rpc/fake-server.js";
import { refusal, sendTo } from "./rest-client.js";

describe("rest refuses", () => {
  const fake = useFakeServer(createRestHandler);
  const send = sendTo(fake);

  it("an unknown path", async () => {
    for (const path of ["/", "/api/", "/api/nothing/", "/api/auth/auth/login/", "/api//login/"]) {
      const { status, message, data } = await refusal(send("POST", path, {}));
      expect({ status, message, data }, path).to.deep.equal({
        status: 404,
        message: "Ressource introuvable.",
        data: {},
      });
    }
  });

  it("an HTTP method that the path does not support, and lists those that it supports", async () => {
    for (const [httpMethod, path, allow] of [
      ["GET", "/api/login/", "POST"],
      ["OPTIONS", "/api/auth/login", "POST"],
      ["DELETE", "/api/me/", "GET, HEAD, PATCH, PUT"],
    ] as const) {
      const { status, message, header } = await refusal(send(httpMethod, path));
      expect([status, message]).to.deep.equal([405, "Méthode non autorisée."]);
      expect(header.get("allow")).to.equal(allow);
    }
  });

  it("a body that is not a JSON object", async () => {
    for (const body of ["{", "[]", '"x"', "{'phone':1}"]) {
      const { status, message, data } = await refusal(send("POST", "/api/login/", body));
      expect([status, data]).to.deep.equal([400, {}]);
      expect(message).to.equal("Le corps de la requête n'est pas un objet JSON valide.");
    }
  });

  it("10 MB", async () => {
    const { status, message } = await refusal(send("POST", "/api/login/", "x".repeat(10_000_000)));
    expect([status, message]).to.deep.equal([413, "Le corps de la requête est trop volumineux."]);
  });

  it("what a web page can send to another origin without asking, and says what to send", async () => {
    for (const [type, body] of [
      ["application/x-www-form-urlencoded", "phone=675799743&password=Motdepasse123%21"],
      ["application/x-www-form-urlencoded", "{}"],
      ["text/plain;charset=UTF-8", '{"phone":"675799743","password":"Motdepasse123!"}'],
      ["multipart/form-data; boundary=x", "--x--"],
    ] as const) {
      const { status, message, data } = await refusal(
        send("POST", "/api/login/", body, { "content-type": type }),
      );
      expect([status, data], type).to.deep.equal([415, {}]);
      expect(message).to.equal(
        "Le corps de la requête doit être en JSON (UTF-8), avec l'en-tête « Content-Type: application/json ».",
      );
    }
    const untyped = { method: "POST", body: new Blob(['{"phone":"675799743","password":"x"}']) };
    const { status, message } = await refusal(
      fetch(`${fake.url}/api/login/`, { ...untyped, headers: { "accept-language": "en" } }),
    );
    expect(status).to.equal(415);
    expect(message).to.equal(
      "The request body must be JSON (UTF-8), with the header Content-Type: application/json.",
    );
    expect(fake.services.received).to.be.empty;
  });

  it("no request without a body for its lack of a content type, chunked or not", async () => {
    for (const framing of [
      "\r\n",
      "Content-Length: 0\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]) {
      const client = await connectRaw(fake.port);
      const fields = "Host: a\r\nAuthorization: Bearer john\r\nConnection: close\r\n";
      client.send(`PATCH /api/me/ HTTP/1.1\r\n${fields}${framing}`);
      expect(statusLine(await client.closed), framing).to.equal("HTTP/1.1 200 OK");
    }
  });

  it("a wrong type, with its field", async () => {
    const message = "Cette valeur n'a pas le bon type.";
    for (const phone of [5, ["675799743"], { a: 1 }, true]) {
      const { status, message, data } = await refusal(send("POST", "/api/login/", { phone, password: "x" }));
      expect([status, message, data]).to.deep.equal([400, message, { phone: [message] }]);
    }
    const john = { first_name: "John", last_name: "Doe", password: "x", password_confirm: "x" };
    const register = await refusal(send("POST", "/api/register/", { ...john, phone: 5 }));
    expect(register.message).to.equal(`Erreur lors de l'inscription: ${message}`);
  });

  it("values that can't be read beside those that are missing, with each field", async () => {
    const { message, data } = await refusal(send("POST", "/api/login/", { phone: [5] }));
    expect([message, data]).to.deep.equal([
      "Données invalides.",
      { phone: ["Cette valeur n'a pas le bon type."], password: ["Ce champ est obligatoire."] },
    ]);
  });

  it("values that the .proto files forbid, with each field", async () => {
    const body = {
      phone: "1",
      first_name: "Jo\u0000",
      last_name: "",
      password: "x",
      password_confirm: "x",
    };
    const { status, message, data } = await refusal(send("POST", "/api/register/", body));
    expect([status, message]).to.deep.equal([400, "Données invalides."]);
    expect(data).to.deep.equal({
      phone: ["Le numéro de téléphone doit contenir entre 9 et 15 chiffres."],
      first_name: ["Ce champ contient des caractères non autorisés."],
      last_name: ["Ce champ est obligatoire."],
    });
  });

  it("a caller who isn't signed in, before the body is read", async () => {
    const { status, message, header } = await refusal(send("POST", "/api/logout/", "{"));
    expect([status, message]).to.deep.equal([401, "Authentification requise."]);
    expect(header.get("www-authenticate")).to.equal("Bearer");
  });

  it("a call that the service refuses, with the status of the reason", async () => {
    fake.services.before = () => {
      throw new DomainError("CREDENTIALS_REJECTED");
    };
    const body = { phone: "675799743", password: "wrong" };
    const { status, message, data } = await refusal(send("POST", "/api/login/", body));
    expect([status, message, data]).to.deep.equal([
      401,
      "Numéro de téléphone ou mot de passe incorrect.",
      {},
    ]);
    const english = await refusal(send("POST", "/api/login/", body, { "accept-language": "en" }));
    expect(english.message).to.equal("Incorrect phone number or password.");
  });

  it("too many calls, with the time to retry", async () => {
    fake.services.before = () => {
      throw rateLimited(42, { limit: 5, resetAt: 1_772_366_442 });
    };
    const { status, message, header } = await refusal(
      send("POST", "/api/login/", { phone: "675799743", password: "x" }),
    );
    expect([status, message]).to.deep.equal([
      429,
      "Request was throttled. Expected available in 42 seconds.",
    ]);
    expect(header.get("retry-after")).to.equal("42");
    // The figures of the limit that refused, not of the window that the limiter counted.
    expect(header.get("x-ratelimit-limit")).to.equal("5");
    expect(header.get("x-ratelimit-remaining")).to.equal("0");
    expect(header.get("x-ratelimit-reset")).to.equal("1772366442");
  });

  it("a call with an internal error, without details", async () => {
    fake.services.before = () => {
      throw new Error("SELECT * FROM users");
    };
    const { status, message, data } = await refusal(
      send("POST", "/api/login/", { phone: "675799743", password: "x" }),
    );
    expect([status, message, data]).to.deep.equal([500, "Erreur interne du serveur.", {}]);
    expect(JSON.parse(fake.lines[0]!).err.stack).to.include("test/rest/rest-refusals.test.ts:");
    expect(fake.lines.join("")).not.to.include("SELECT");
  });
});
