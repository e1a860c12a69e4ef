import { expect } from "chai";
import { transform } from "esbuild";
import type { Caller } from "../../src/caller.js";
import { accountDeletionPage } from "../../src/pages/account-deletion-page.js";
import { ACCOUNT_DELETION_SCRIPT } from "../../src/pages/account-deletion-script.js";
import { useTestService } from "../support/service.js";
import { activeUser } from "../support/test-context.js";

const PATHS = ["/account/delete", "/account/delete.js", "/account/page.css"];

describe("the page that deletes an account", () => {
  const service = useTestService();
  const get = (path: string, language = "fr", method = "GET") =>
    fetch(`${service.origin}${path}`, { method, headers: { "accept-language": language } });
  const html = async (path: string, language?: string) => (await get(path, language)).text();

  it("is in the language of the browser, or of its address", async () => {
    for (const [query, accepted, language, title] of [
      ["", "fr", "fr", "Supprimer votre compte WaterBill"],
      ["", "en-GB", "en", "Delete your WaterBill account"],
      ["?lang=en", "fr", "en", "Delete your WaterBill account"],
      ["?lang=fr&token=x", "en", "fr", "Supprimer votre compte WaterBill"],
    ] as const) {
      const response = await get(`/account/delete${query}`, accepted);
      expect(response.headers.get("content-type")).to.equal("text/html; charset=utf-8");
      expect(response.headers.get("content-language"), query).to.equal(language);
      const text = await response.text();
      expect(text).to.include(`<html lang="${language}">`);
      expect(text).to.include(`<h1>${title}</h1>`);
    }
  });

  it("says when accounts are erased", async () => {
    expect(await html("/account/delete")).to.match(/Il est effacé 14\sjours plus tard\./);
    for (const [seconds, words] of [
      [86_400, "1 day later"],
      [7_200, "2 hours later"],
      [5_400, "90 minutes later"],
      [3_601, "3,601 seconds later"],
    ] as const) {
      const resource = accountDeletionPage(seconds);
      const { body } = await resource({ language: "en" } as Caller, {}, new URLSearchParams());
      expect(String(body)).to.include(words);
    }
  });

  it("has a strict policy, and no script, style or value of the address in it", async () => {
    for (const path of PATHS) {
      const { headers, status } = await get(path);
      expect(status).to.equal(200);
      expect(headers.get("content-security-policy")).to.equal(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("referrer-policy")).to.equal("no-referrer");
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
      expect(headers.get("cache-control")).to.equal("no-store");
    }
    const text = await html("/account/delete?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&lang=%3Cb%3E");
    expect(text).not.to.match(/<style|style=|\son\w+=|alert\(|javascript:|<b>/);
    expect(text.match(/<script[^>]*>[^<]*/g)).to.deep.equal(['<script src="delete.js" defer>']);
  });

  it("takes GET and HEAD only", async () => {
    for (const path of PATHS) {
      const head = await get(path, "fr", "HEAD");
      expect([head.status, await head.text()]).to.deep.equal([200, ""]);
      const post = await get(path, "fr", "POST");
      expect([post.status, post.headers.get("allow")]).to.deep.equal([405, "GET, HEAD"]);
    }
  });

  it("asks for the number, or only for the code to a link", async () => {
    const inputs = async (path: string) =>
      [...(await html(path)).matchAll(/<input id="(\w+)"/g)].map(([, name]) => name);
    expect(await inputs("/account/delete")).to.deep.equal(["phone", "token", "code"]);
    expect(await inputs("/account/delete?token=x")).to.deep.equal(["code"]);
    for (const path of ["/account/delete", "/account/delete?token=x"]) {
      // Forms that the script has not shown would do nothing.
      expect((await html(path)).match(/<form (?!.*\bhidden>)[^>]*>/g)).to.equal(null);
      expect(await html(path)).to.match(/<noscript><p[^>]*>Cette page a besoin de JavaScript/);
    }
  });

  it("has a small script, which old browsers understand", async () => {
    expect(Buffer.byteLength(ACCOUNT_DELETION_SCRIPT)).to.be.below(6000);
    const { code } = await transform(ACCOUNT_DELETION_SCRIPT, { target: "esnext" });
    expect((await transform(ACCOUNT_DELETION_SCRIPT, { target: "es2015" })).code).to.equal(code);
  });

  it("changes nothing when it is opened", async () => {
    const { context } = service;
    const { id, phone } = await activeUser(context);
    await fetch(`${service.origin}/api/auth/account/delete/request/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ phone }),
    });
    await context.settle();
    const path = `/account/delete?token=${context.outbox.tokenFor(phone)}`;
    for (const method of ["GET", "HEAD", "GET"]) await get(path, "fr", method);
    expect((await context.app.users.findById(null, id))?.deletionAt).to.equal(null);
  });
});
