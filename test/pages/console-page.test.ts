import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { ConsoleFiles } from "../../src/pages/console-page.js";
import { refusal } from "../rest/rest-client.js";
import { useTestService } from "../support/service.js";

/** What a browser loads of the console, with the texts of one language. */
const MAX_SCRIPT_BYTES = 80 * 1024;
/** What of it the form to sign in with waits for. */
const MAX_FIRST_SCRIPT_BYTES = 60 * 1024;
const MAX_STYLE_BYTES = 15 * 1024;

const files = () => JSON.parse(readFileSync("dist/console/manifest.json", "utf8")) as ConsoleFiles;
const PAGES = ["/admin", "/admin/"];
const loadedIn = (language: "fr" | "en") => {
  const { script, imported, style, texts } = files();
  return [script, ...imported, style, texts[language]].map((name) => `/admin/${name}`);
};
const loaded = () => {
  const later = files().later.map((name) => `/admin/${name}`);
  return [...new Set([...loadedIn("fr"), ...loadedIn("en"), ...later])];
};

describe("the page of the console", () => {
  const service = useTestService();
  const get = (path: string, init: RequestInit = {}) => fetch(service.origin + path, init);

  it("loads its scripts and its style from below the address at which it is served", async () => {
    for (const [path, language] of PAGES.flatMap((page) => [[page, "fr"] as const, [page, "en"] as const])) {
      const response = await get(path, { headers: { "accept-language": language } });
      expect(response.headers.get("content-type")).to.equal("text/html; charset=utf-8");
      const html = await response.text();
      const references = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, reference = ""]) => reference);
      const own = references.filter((reference) => reference !== "data:,");
      for (const reference of own) expect(reference).to.match(/^(admin\/)?console-/);
      const paths = own.map((reference) => new URL(reference, service.origin + path).pathname);
      expect(paths).to.have.members(loadedIn(language));
    }
    for (const path of loaded()) expect((await get(path)).status, path).to.equal(200);
  });

  it("is in the language that is asked for, and says what to do while the script doesn't come", async () => {
    for (const [language, text] of [
      ["fr", "rechargez la page"],
      ["en", "reload the page"],
    ] as const) {
      const response = await get("/admin/", { headers: { "accept-language": language } });
      expect(response.headers.get("content-language")).to.equal(language);
      const html = await response.text();
      expect(html).to.include(`<html lang="${language}">`);
      expect(html).to.include(text);
    }
  });

  it("has a strict policy, and no script or style of its own", async () => {
    for (const path of [...PAGES, ...loaded()]) {
      const { headers } = await get(path);
      expect(headers.get("content-security-policy"), path).to.equal(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("x-frame-options")).to.equal("DENY");
      expect(headers.get("referrer-policy")).to.equal("no-referrer");
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
    }
    for (const path of PAGES) {
      expect(await (await get(path)).text()).not.to.match(/<style|style=|\son\w+=|<script[^>]*>[^<]/);
    }
  });

  it("is asked for each time, and its files once: another content has another name", async () => {
    for (const path of PAGES) expect((await get(path)).headers.get("cache-control")).to.equal("no-store");
    for (const path of loaded()) {
      expect(path).to.match(/^\/admin\/console-[A-Z0-9]{8}\.(js|css)$/);
      const { headers } = await get(path);
      expect(headers.get("cache-control")).to.equal("public, max-age=31536000, immutable");
      expect(headers.get("vary")).to.equal("Accept-Encoding, Origin");
    }
  });

  it("takes GET and HEAD only, and has nothing else below it", async () => {
    for (const path of [...PAGES, ...loaded()]) {
      const head = await get(path, { method: "HEAD" });
      expect([head.status, await head.text()], path).to.deep.equal([200, ""]);
      expect((await refusal(get(path, { method: "POST" }))).status).to.equal(405);
    }
    const [script = ""] = loaded();
    for (const path of [
      ...["/admin//", "/admin/index.html", "/admin/manifest.json", "/admin/session", "/admin/session/"],
      ...["/admin/console-00000000.js", `${script}.br`, `${script}.gzip`, `${script}/`],
    ]) {
      expect((await refusal(get(path))).status, path).to.equal(404);
    }
  });

  it("is small enough for a slow line", () => {
    const sizeOf = (name: string) => gzipSync(readFileSync(`dist/console/${name}`), { level: 9 }).byteLength;
    const { script, imported, later, style, texts } = files();
    for (const text of Object.values(texts)) {
      const first = [script, ...imported, text].map(sizeOf).reduce((sum, size) => sum + size);
      expect(first).to.be.within(10_240, MAX_FIRST_SCRIPT_BYTES);
      expect(later.map(sizeOf).reduce((sum, size) => sum + size, first)).to.be.below(MAX_SCRIPT_BYTES);
    }
    expect(sizeOf(style)).to.be.within(512, MAX_STYLE_BYTES);
  });
});
