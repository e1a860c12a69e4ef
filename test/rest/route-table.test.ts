import { expect } from "chai";
import type { HttpBinding } from "../../src/rest/http-rules.js";
import { createRouteTable } from "../../src/rest/route-table.js";

/** `PATCH /api/whitelist/{phone}`, leading to its own text. */
function entry(rule: string): { binding: HttpBinding; target: string } {
  const [verb = "", path = ""] = rule.split(" ");
  const segments = path
    .slice(1)
    .split("/")
    .map((text) => ({ name: text.replace(/[{}]/g, ""), isVariable: text.startsWith("{") }));
  return { binding: { httpMethod: verb, segments, responseBody: "", body: "" }, target: rule };
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
  it("finds a target by verb and path, with or without a slash at the end", () => {
    for (const path of ["/api/whitelist", "/api/whitelist/"]) {
      expect(table.find(path, "GET")).deep.equal({ target: "GET /api/whitelist", variables: {} });
    }
  });

  it("takes HEAD for GET", () => {
    expect(table.find("/api/whitelist", "HEAD")).property("target", "GET /api/whitelist");
  });

  it("gives what stands for a variable, percent-decoded, with a plus as a plus", () => {
    for (const spelling of ["+237670000001", "%2B237670000001", "%2b237670000001/"]) {
      expect(table.find(`/api/whitelist/${spelling}`, "PATCH")).deep.equal({
        target: "PATCH /api/whitelist/{phone}",
        variables: { phone: "+237670000001" },
      });
    }
    expect(table.find("/api/whitelist/a%2Fb/notes/%C3%A9", "GET")).deep.include({
      variables: { phone: "a/b", id: "é" },
    });
  });

  it("takes a request that spells a variable's placeholder for a value", () => {
    for (const value of ["{}", "{phone}"]) {
      const target = "PATCH /api/whitelist/{phone}";
      expect(table.find(`/api/whitelist/${value}`, "PATCH")).deep.equal({
        target,
        variables: { phone: value },
      });
    }
  });

  it("prefers a path without variables", () => {
    expect(table.find("/api/whitelist/add", "POST")).property("target", "POST /api/whitelist/add");
    expect(table.find("/api/whitelist/add", "PATCH")).deep.equal({ allowed: ["POST"] });
  });

  it("tells the verbs of a path that doesn't know this one", () => {
    expect(table.find("/api/whitelist", "POST")).deep.equal({ allowed: ["GET", "HEAD"] });
    expect(table.find("/api/whitelist/1", "OPTIONS")).deep.equal({ allowed: ["PATCH", "DELETE"] });
    expect(table.find("/api/whitelist", "get")).deep.equal({ allowed: ["GET", "HEAD"] });
  });

  it("knows no path that is spelled in another way", () => {
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
      expect(table.find(path, "GET"), path).equal(undefined);
    }
  });

  it("refuses two targets for one verb and path", () => {
    expect(() => createRouteTable(["GET /a", "POST /a", "GET /a"].map(entry))).throw(/GET \/a/);
    expect(() => createRouteTable(["GET /a/{b}", "GET /a/{c}"].map(entry))).throw(/GET \/a\//);
  });
});
