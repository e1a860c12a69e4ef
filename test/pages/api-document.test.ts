import { readFileSync } from "node:fs";
import { expect } from "chai";
import { refusal } from "../rest/rest-client.js";
import { useTestService } from "../support/service.js";

const PATHS = ["/api/schema", "/api/schema/", "/api/openapi.json"];

describe("the OpenAPI document of the service", () => {
  const service = useTestService();

  it("is served to GET and HEAD on each of its paths", async () => {
    const document = readFileSync("gen/openapi.json", "utf8");
    for (const path of PATHS) {
      for (const method of ["GET", "HEAD"]) {
        const response = await fetch(service.origin + path, { method });
        expect(response.status, path).to.equal(200);
        expect(response.headers.get("content-type")).to.equal("application/json");
        expect(response.headers.get("cache-control")).to.equal("public, max-age=300");
        expect(response.headers.get("content-language")).to.equal("en");
        expect(await response.text()).to.equal(method === "GET" ? document : "");
      }
    }
  });

  it("is refused to other methods, in the envelope", async () => {
    const { status, header } = await refusal(fetch(`${service.origin}/api/schema/`, { method: "POST" }));
    expect(status).to.equal(405);
    expect(header.get("allow")).to.equal("GET, HEAD");
  });
});

describe("the OpenAPI document of a service with DOCS=false", () => {
  const service = useTestService({ environment: { DOCS: "false" } });

  it("is unknown, in the envelope", async () => {
    for (const path of PATHS) {
      const { status, message } = await refusal(fetch(service.origin + path));
      expect({ status, message }).to.deep.equal({ status: 404, message: "Ressource introuvable." });
    }
  });
});
