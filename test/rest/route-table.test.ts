import { expect } from "chai";
import type { HttpBinding } from "../../src/rest/http-rules.js";
import { createRouteTable } from "../../src/rest/route-table.js";

/** `PATCH /api/whitelist/{phone}`, whose target is this text. */
function entry(rule: string): { binding: HttpBinding; target: string } {
  const [httpMethod = "", path = ""] = rule.split(" ");
  const segments = path
    .slice(1)
    .split("/")
    .map((text) => ({ name: text.replace(/[{}]/g, ""), isVariable: text.startsWith("{") }));
  return { binding: { httpMethod, segments, responseBody: "", body: "" }, target: rule };
}

const table = createRouteTable(
  [
    "GET /api/whitelist",
    "POST /api/whitelist/add",
    "PATCH /api/whitelist/{phone}",
    "DELETE /api/whitelist/{phone}",
    "GET /api/whitelist/{phone}/notes/{id}",
    "GET /{anything}/whitelist/last",
  ].map(entry),
);

describe("route table", () => {
  it("finds a target by HTTP method and path, with or without a trailing slash", () => {
    for (const path of ["/api/whitelist", "/api/whitelist/"]) {
      expect(table.find(path, "GET")).to.deep.equal({ target: "GET /api/whitelist", variables: {} });
    }
  });

  it("treats HEAD as GET", () => {
    expect(table.find("/api/whitelist", "HEAD")).to.have.property("target", "GET /api/whitelist");
  });

  it("returns a variable's value percent-decoded, with a plus as a plus", () => {
    for (const spelling of ["+237670000001", "%2B237670000001", "%2b237670000001/"]) {
      expect(table.find(`/api/whitelist/${spelling}`, "PATCH")).to.deep.equal({
        target: "PATCH /api/whitelist/{phone}",
        variables: { phone: "+237670000001" },
      });
    }
    expect(table.find("/api/whitelist/a%2Fb/notes/%C3%A9", "GET")).to.deep.include({
      variables: { phone: "a/b", id: "é" },
    });
  });

  it("treats a variable's placeholder in a request as its value", () => {
    for (const value of ["{}", "{phone}"]) {
      const target = "PATCH /api/whitelist/{phone}";
      expect(table.find(`/api/whitelist/${value}`, "PATCH")).to.deep.equal({
        target,
        variables: { phone: value },
      });
    }
  });

  it("prefers a path without variables", () => {
    expect(table.find("/api/whitelist/add", "POST")).to.have.property("target", "POST /api/whitelist/add");
    expect(table.find("/api/whitelist/add", "PATCH")).to.deep.equal({ allowed: ["POST"] });
  });

  it("returns the methods of a path that does not support this one", () => {
    expect(table.find("/api/whitelist", "POST")).to.deep.equal({ allowed: ["GET", "HEAD"] });
    expect(table.find("/api/whitelist/1", "OPTIONS")).to.deep.equal({ allowed: ["PATCH", "DELETE"] });
    expect(table.find("/api/whitelist", "get")).to.deep.equal({ allowed: ["GET", "HEAD"] });
  });

  it("finds no path that is spelled in another way", () => {
    for (const path of [
      "",
      "*",
      "/",
      "api/whitelist",
      "/api/whitelist//",
      "//api/whitelist",
      "/API/whitelist",
      "/api/whitelis%74",
      "/api/./whitelist",
      "/api/whitelist/1/2",
      "/api/whitelist/%zz",
      "/api/whitelist/%ff",
      "/{}/whitelist/first",
    ]) {
      expect(table.find(path, "GET"), path).to.equal(undefined);
    }
  });

  it("refuses two targets for one HTTP method and path", () => {
    expect(() => createRouteTable(["GET /a", "POST /a", "GET /a"].map(entry))).to.throw(/GET \/a/);
    expect(() => createRouteTable(["GET /a/{b}", "GET /a/{c}"].map(entry))).to.throw(/GET \/a\//);
  });
});
