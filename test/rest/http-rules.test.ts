import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { type HttpBinding, readHttpRules } from "../../src/rest/http-rules.js";
import { sampleMethod } from "../rpc/sample-method.js";

const spell = ({ httpMethod, segments, body }: HttpBinding) =>
  `${httpMethod} /${segments.map(({ name, isVariable }) => (isVariable ? `<${name}>` : name)).join("/")} ${body}`;

describe("readHttpRules", () => {
  it("reads HTTP method, path and body, under /api/auth/ and /api/", () => {
    expect(readHttpRules(AuthService.method.login).map(spell)).to.deep.equal([
      "POST /api/auth/login *",
      "POST /api/login *",
    ]);
  });

  it("reads additional bindings", () => {
    expect(readHttpRules(ProfileService.method.getProfile).map(spell)).to.deep.equal([
      "GET /api/auth/profile ",
      "GET /api/profile ",
      "GET /api/auth/me ",
      "GET /api/me ",
    ]);
  });

  it("reads variables, and a body that is one field", () => {
    const method = sampleMethod({
      http: { pattern: { case: "patch", value: "/other/{phone}/x/" }, body: "nested" },
    });
    expect(readHttpRules(method).map(spell)).to.deep.equal(["PATCH /other/<phone>/x nested"]);
  });

  it("returns nothing when nothing is declared", () => {
    expect(readHttpRules(sampleMethod())).to.deep.equal([]);
  });

  it("refuses rules that are not supported", () => {
    const wrong = [
      { pattern: { case: "custom", value: { kind: "LOCK", path: "/x" } }, body: "" },
      { pattern: { case: undefined }, body: "" },
      { pattern: { case: "post", value: "/x" }, body: "phone" },
      { pattern: { case: "post", value: "/x" }, body: "nothing" },
      { pattern: { case: "get", value: "/x/{nothing}" }, body: "" },
      { pattern: { case: "get", value: "/x/{nested}" }, body: "" },
      { pattern: { case: "get", value: "/x/{phone=y/*}" }, body: "" },
    ] as const;
    for (const http of wrong) {
      expect(() => readHttpRules(sampleMethod({ http })), JSON.stringify(http)).to.throw(
        /SampleService\.Find/,
      );
    }
  });
});
