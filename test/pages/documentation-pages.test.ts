import { readFileSync } from "node:fs";
import { expect } from "chai";
import { withoutLogo } from "../../src/pages/packaged-files.js";
import { refusal } from "../rest/rest-client.js";
import { thrown } from "../support/rejection.js";
import { useTestService } from "../support/service.js";

const versionOf = (name: string) =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as { version: string }).version;

const HTML = "text/html; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";
const TEXT = "text/plain; charset=utf-8";

const swagger = `/api/docs/${versionOf("swagger-ui-dist")}/swagger-ui`;
const redoc = `/api/redoc/${versionOf("redoc")}/redoc.standalone`;

/** Everything that the service has for the pages, with its content type. */
const PAGES = { "/api/docs": HTML, "/api/docs/": HTML, "/api/redoc": HTML, "/api/redoc/": HTML };
const OWN_FILES = {
  "/api/docs/initializer.js": SCRIPT,
  "/api/docs/page.css": STYLE,
  "/api/redoc/initializer.js": SCRIPT,
  "/api/redoc/page.css": STYLE,
};
const PACKAGED_FILES = {
  [`${swagger}-bundle.js`]: SCRIPT,
  [`${swagger}-bundle.js.LICENSE.txt`]: TEXT,
  [`${swagger}.css`]: STYLE,
  [`${redoc}.js`]: SCRIPT,
  [`${redoc}.js.LICENSE.txt`]: TEXT,
};
const PATHS = Object.keys({ ...PAGES, ...OWN_FILES, ...PACKAGED_FILES });

describe("the documentation pages", () => {
  const service = useTestService();
  const get = (path: string, method = "GET") => fetch(service.origin + path, { method });

  it("have only the files that they load, each with its type, in English", async () => {
    for (const [path, type] of Object.entries({ ...PAGES, ...OWN_FILES, ...PACKAGED_FILES })) {
      const { status, headers } = await get(path);
      expect([status, headers.get("content-type")], path).to.deep.equal([200, type]);
      expect(headers.get("x-content-type-options"), path).to.equal("nosniff");
    }
    for (const path of [
      "/api/docs/index.html",
      "/api/docs//",
      "/api/docs/swagger-ui.css",
      `${swagger}-bundle.js.map`,
      `${swagger}.css/`,
      `${swagger}.css.br`,
      `${swagger.replace("swagger-ui", "")}package.json`,
      `${swagger.replace("swagger-ui", "")}..%2f..%2f..%2fpackage.json`,
      "/api/docs/0.0.0/swagger-ui.css",
      swagger.replace("docs", "redoc"),
    ]) {
      expect((await refusal(get(path))).status, path).to.equal(404);
    }
  });

  it("load what is there, by relative addresses", async () => {
    for (const path of Object.keys(PAGES)) {
      const html = await (await get(path)).text();
      expect(html).to.include('<html lang="en">');
      const references = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, reference = ""]) => reference);
      const loaded = references.filter((reference) => reference !== "data:,");
      expect(loaded).to.have.length.above(3);
      for (const reference of loaded) {
        expect(reference).to.match(/^(\.\.\/)?\w/);
        const { pathname } = new URL(reference, service.origin + path);
        expect([...PATHS, "/api/openapi.json"], `${reference} in ${path}`).to.include(pathname);
      }
    }
  });

  it("let a browser keep what has a version in its path, and nothing else", async () => {
    for (const path of PATHS) {
      const { headers } = await get(path);
      const isKept = path in PACKAGED_FILES;
      expect(headers.get("cache-control"), path).to.equal(
        isKept ? "public, max-age=31536000, immutable" : "no-store",
      );
      if (isKept) expect(headers.get("vary"), path).to.equal("Accept-Encoding, Origin");
    }
  });

  it("have strict policies, and no script or style in the page", async () => {
    const end = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    const common = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:";
    const policies = {
      "/api/docs/": `${common}; style-src 'self'; ${end}`,
      "/api/redoc/": `${common}; style-src 'self' 'unsafe-inline'; worker-src blob:; ${end}`,
    };
    for (const [path, policy] of Object.entries(policies)) {
      for (const address of [path, path.slice(0, -1)]) {
        const response = await get(address);
        expect(response.headers.get("content-security-policy")).to.equal(policy);
        expect(response.headers.get("referrer-policy")).to.equal("no-referrer");
        expect(response.headers.get("x-frame-options")).to.equal("DENY");
        expect(response.headers.get("content-language")).to.equal("en");
        expect(await response.text()).not.to.match(/<style|style=|\son\w+=|<script[^>]*>[^<]/);
      }
    }
  });

  it("take GET and HEAD only", async () => {
    for (const path of PATHS) {
      const head = await get(path, "HEAD");
      expect([head.status, await head.text()], path).to.deep.equal([200, ""]);
      const { status, header } = await refusal(get(path, "POST"));
      expect([status, header.get("allow")], path).to.deep.equal([405, "GET, HEAD"]);
    }
  });

  it("have no address of another server's image", async () => {
    const script = await (await get(`${redoc}.js`)).text();
    expect(script.includes("cdn.redoc.ly")).to.equal(false);
    expect(script.length).to.be.above(1_000_000);
  });
});

describe("the documentation pages of a service with DOCS=false", () => {
  const service = useTestService({ environment: { DOCS: "false" } });

  it("are unknown with all their files, in the envelope", async () => {
    for (const path of PATHS) {
      const { status, message } = await refusal(fetch(service.origin + path));
      expect({ status, message }, path).to.deep.equal({ status: 404, message: "Ressource introuvable." });
    }
  });
});

describe("withoutLogo", () => {
  it("refuses a script that has the logo nowhere, or more than once", () => {
    const logo = '"https://cdn.redoc.ly/redoc/logo-mini.svg"';
    expect(withoutLogo(`src:${logo}})`)).to.equal('src:"data:,"})');
    for (const script of ["src", `${logo} ${logo}`]) {
      expect(String(thrown(() => withoutLogo(script)))).to.match(/Redoc has its logo at [02] places/);
    }
  });
});
