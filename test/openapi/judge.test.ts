import { expect } from "chai";
import { callOf, undocumented } from "../support/documented/judge.js";
import { watchReasons } from "../support/documented-reasons.js";

describe("the checks of responses against the OpenAPI document", () => {
  const profile = callOf("GET", "/api/auth/profile/")!;
  const user = {
    ...{
      id: 1,
      phone: "+237670000001",
      first_name: "John",
      last_name: "Doe",
      full_name: "John Doe",
      email: null,
    },
    ...{ address: null, apartment_name: "B12", date_joined: "2026-01-31T00:00:00Z", is_active: true },
  };
  const header = new Headers({ "content-type": "application/json; charset=utf-8", "x-request-id": "1" });
  header.set("content-language", "fr");
  const judge = (body: object, status = 200, headers = header) =>
    undocumented(profile, { status, header: headers, text: JSON.stringify(body) });
  const success = (data: object) => ({ status: "success", message: "Profil", data });

  it("accept a response with members that are not documented", () => {
    expect(judge(success({ user: { ...user, nickname: "J" } }))).to.equal("");
    expect(judge({ status: "error", message: "Authentification requise.", data: {} }, 401)).to.equal("");
  });

  it("find other statuses, headers, content types and bodies", () => {
    expect(judge({}, 404)).to.equal("the status 404 is not documented");
    expect(judge(success({ user }), 200, new Headers())).to.include("x-request-id, content-language");
    const html = new Headers(header);
    html.set("content-type", "text/html");
    expect(judge(success({ user }), 200, html)).to.include("text/html is not documented");
    const { is_active, ...incomplete } = user;
    expect(judge(success({ user: incomplete }))).to.include("must have required property 'is_active'");
    expect(judge(success({ user: { ...user, id: "1" } }))).to.include("must be integer");
    expect(judge(success({ user: { ...user, phone: null } }))).to.include("must be string");
    expect(judge({ status: "error", message: "", data: { phone: "text" } }, 401)).to.include("must be array");
  });

  it("find reasons that the .proto files don't name", () => {
    const watch = watchReasons();
    const line = (method: string, reason: string) =>
      watch.onLogLine(JSON.stringify({ msg: "call", method: `waterbill.identity.v1.${method}`, reason }));
    line("ProfileService/GetProfile", "UNAUTHENTICATED");
    line("AuthService/Login", "INTERNAL");
    line("DirectoryService/BatchGetUsers", "SCOPE_REQUIRED");
    watch.check();
    line("AuthService/Login", "EMAIL_TAKEN");
    expect(() => watch.check()).to.throw("AuthService/Login failed with EMAIL_TAKEN");
  });
});
