import { connect } from "node:http2";
import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { readHttpRules } from "../../src/rest/http-rules.js";
import { createRestHandler } from "../../src/rest/rest-handler.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { useFakeServer } from "../rpc/fake-server.js";
import { sampleMethod } from "../rpc/sample-method.js";
import { refusal, sendTo } from "./rest-client.js";

const john = { authorization: "Bearer john" };
const admin = { authorization: "Bearer admin" };
const user = {
  id: 7,
  phone: "+675799743",
  first_name: "John",
  last_name: "Doe",
  full_name: "John Doe",
  email: null,
  address: "123 Main St, Port Moresby",
  apartment_name: null,
  date_joined: "2024-01-15T10:30:00Z",
  is_active: true,
};
const tokens = {
  access: "an-access-token",
  refresh: "a-refresh-token",
  access_expires_in: 900,
  refresh_expires_in: 604_800,
};

describe("rest", () => {
  const fake = useFakeServer(createRestHandler);
  const send = sendTo(fake);

  describe("responses of the specification", () => {
    const registration = {
      phone: "675799743",
      first_name: "John",
      last_name: "Doe",
      password: "Motdepasse123!",
      password_confirm: "Motdepasse123!",
      email: "john@example.com",
      address: "123 Main St, Port Moresby",
      apartment_name: "A1",
    };
    const envelope = (message: string, data: object) => ({ status: "success", message, data });

    const walk: [string, string, object | undefined, number, object][] = [
      [
        "POST",
        "register/",
        registration,
        201,
        envelope("Compte créé avec succès. Un code d'activation a été envoyé par SMS.", {}),
      ],
      [
        "POST",
        "activate/",
        { phone: "675799743", code: "123456" },
        200,
        envelope("Compte activé avec succès. Vous pouvez maintenant vous connecter.", { user }),
      ],
      [
        "POST",
        "resend-code/",
        { phone: "675799743" },
        200,
        envelope("Un nouveau code d'activation a été envoyé.", {}),
      ],
      [
        "POST",
        "login/",
        { phone: "675799743", password: "Motdepasse123!" },
        200,
        envelope("Connexion réussie.", { user, tokens, device: "" }),
      ],
      ["GET", "profile/", undefined, 200, envelope("Profil récupéré avec succès.", { user })],
      ["GET", "me/", undefined, 200, envelope("Profil récupéré avec succès.", { user })],
      ["POST", "token/refresh/", { refresh: "a-token" }, 200, tokens],
      ["POST", "logout/", { refresh: "a-token" }, 200, { status: "success", message: "Déconnexion réussie" }],
    ];
    for (const [httpMethod, path, body, status, expected] of walk) {
      for (const prefix of ["/api/auth/", "/api/"]) {
        for (const spelling of [path, path.slice(0, -1)]) {
          it(`${httpMethod} ${prefix}${spelling}`, async () => {
            const response = await send(httpMethod, prefix + spelling, body, john);
            const text = await response.text();
            expect(response.status).to.equal(status);
            expect(text).to.equal(JSON.stringify(expected));
            expect(response.headers.get("content-type")).to.equal("application/json; charset=utf-8");
            expect(response.headers.get("content-length")).to.equal(String(Buffer.byteLength(text)));
          });
        }
      }
    }
  });

  it("responds on every REST path of every method", async () => {
    for (const method of [...AuthService.methods, ...ProfileService.methods]) {
      const bindings = readHttpRules(method);
      expect(bindings, method.name).not.to.be.empty;
      for (const { httpMethod, segments } of bindings) {
        const path = `/${segments.map(({ name }) => name).join("/")}/`;
        expect(
          (await send(httpMethod, path, httpMethod === "GET" ? undefined : {}, admin)).status,
          path,
        ).to.be.oneOf([200, 201, 400]);
      }
    }
  });

  it("responds alike over HTTP/2", async () => {
    const session = connect(fake.url);
    const stream = session.request({ ":path": "/api/profile/", ...john });
    let text = "";
    for await (const chunk of stream) text += chunk;
    expect(JSON.parse(text)).to.deep.include({ status: "success", data: { user } });
    session.destroy();
  });

  it("handles HEAD like GET, without the body", async () => {
    const [get, head] = await Promise.all([
      send("GET", "/api/profile/", undefined, john),
      send("HEAD", "/api/profile/", undefined, john),
    ]);
    expect(head.status).to.equal(200);
    expect(head.headers.get("content-length")).to.equal(get.headers.get("content-length"));
    expect(await head.text()).to.equal("");
    expect((await send("HEAD", "/api/nothing/")).status).to.equal(404);
  });

  it("passes a flat profile to the service, with a mask of the fields that were sent", async () => {
    for (const httpMethod of ["PATCH", "PUT"]) {
      await send(httpMethod, "/api/me/", { first_name: "Zoé", email: null, is_staff: true }, john);
      expect(fake.services.received.pop()).to.deep.nested.include({
        "profile.firstName": "Zoé",
        "updateMask.paths": ["first_name", "email"],
      });
    }
    const response = await refusal(send("PATCH", "/api/me/", { email: "john" }, john));
    expect(response.data).to.deep.equal({ email: ["Saisissez une adresse email valide."] });
  });

  it("returns the limits on success, and logs the call like any other protocol", async () => {
    const response = await send("GET", "/api/profile/", undefined, john);
    expect(response.headers.get("x-ratelimit-limit")).to.equal("15");
    expect(JSON.parse(fake.lines[0]!)).to.include({
      method: "waterbill.identity.v1.ProfileService/GetProfile",
      protocol: "rest",
      status: "ok",
      userId: 7,
    });
  });

  it("ignores deadline and protocol headers of other protocols", async () => {
    const response = await send("GET", "/api/profile/", undefined, {
      ...john,
      "connect-timeout-ms": "0",
      "grpc-timeout": "0n",
    });
    expect(response.status).to.equal(200);
  });
});

describe("createRestHandler", () => {
  it("refuses a method without a success response", () => {
    const method = sampleMethod({ http: { pattern: { case: "get", value: "/api/x/" } } });
    const registry = createMethodRegistry({
      routes: (router) => router.rpc(method, () => ({})),
      interceptors: [],
    });
    expect(() => createRestHandler(registry)).to.throw(/SampleService\.Find.*response/);
  });
});
