import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { useTestService } from "../support/service.js";
import { activeUser, caller, newPhone, newSession } from "../support/test-context.js";

const PATHS = ["/account/phone-change", "/account/phone-change.js", "/account/page.css"];

describe("the page that stops or undoes a phone change", () => {
  const service = useTestService({});

  /** An account that has asked for another number, with the link in the message to its own. */
  async function asked() {
    const { app, outbox } = service.context;
    const { id: userId, phone: old } = await activeUser(service.context);
    const sessionId = await newSession(service.context, old);
    const wanted = newPhone();
    await addEntry(app, { phone: wanted, notes: "", isActive: true, actor: null });
    const fresh = { ...caller, sessionAgeSeconds: 0, currentPassword: "" };
    await requestPhoneChange(app, { ...fresh, userId, sessionId, newPhone: wanted });
    await service.context.settle();
    const proof = { token: outbox.tokenFor(wanted), code: outbox.codeFor(wanted), session: null };
    return { userId, wanted, proof, link: pageUrl(outbox.cancelTokenFor(old)) };
  }

  const pageUrl = (token: string) => `${service.origin}/account/phone-change?token=${token}`;
  const get = (url: string, language = "fr", method = "GET") =>
    fetch(url, { method, headers: { "accept-language": language } });

  /** Runs the page's script in a browser of the few things that it uses, and clicks the button. */
  async function click(link: string) {
    const page = await (await get(link)).text();
    const script = await (await get(new URL("phone-change.js", link).href)).text();
    const elements = { cancel: element(), result: element(), failure: element() };
    runInNewContext(script, {
      URLSearchParams,
      location: new URL(link),
      document: {
        getElementById: (id: keyof typeof elements) => (page.includes(`id="${id}"`) ? elements[id] : null),
        documentElement: { lang: /<html lang="(\w+)">/.exec(page)?.[1] },
      },
      fetch: (path: string, options: RequestInit) => fetch(new URL(path, link), options),
      setTimeout: () => {},
    });
    await elements.cancel.click();
    return elements;
  }

  function element() {
    let onClick: () => Promise<void> = async () => {};
    return {
      hidden: true,
      disabled: false,
      textContent: "",
      addEventListener(_: "click", listener: () => Promise<void>) {
        onClick = listener;
      },
      click: () => onClick(),
    };
  }

  it("is in the language that the browser asks for", async () => {
    for (const [language, title] of [
      ["fr", "Annuler un changement de numéro"],
      ["en-GB", "Cancel a phone number change"],
      ["de", "Annuler un changement de numéro"],
    ] as const) {
      const response = await get(pageUrl("x"), language);
      expect(response.headers.get("content-type")).to.equal("text/html; charset=utf-8");
      expect(await response.text()).to.include(`<h1>${title}</h1>`);
    }
  });

  it("has a link to the other language, which keeps the token", async () => {
    const html = await (await get(pageUrl("a%26b%22c"))).text();
    const [, address = ""] = /<a href="([^"]+)" lang="en" hreflang="en">English<\/a>/.exec(html) ?? [];
    const other = new URL(address.replace("&amp;", "&"), pageUrl("x"));
    expect(other.pathname).to.equal("/account/phone-change");
    expect(other.searchParams.get("token")).to.equal('a&b"c');
    const response = await get(other.href);
    expect(response.headers.get("content-language")).to.equal("en");
    expect(await response.text())
      .to.include('<html lang="en">')
      .and.to.include(">Français</a>");
    expect((await get(pageUrl("x&lang=de"), "en")).headers.get("content-language")).to.equal("en");
  });

  it("has a strict policy, and no script, style or value of the address in it", async () => {
    for (const path of PATHS) {
      const { headers, status } = await get(`${service.origin}${path}`);
      expect(status).to.equal(200);
      expect(headers.get("content-security-policy")).to.equal(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("referrer-policy")).to.equal("no-referrer");
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
      expect(headers.get("cache-control")).to.equal("no-store");
    }
    const html = await (await get(pageUrl("%3Cscript%3Ealert(1)%3C/script%3E"))).text();
    expect(html).not.to.match(/<style|style=|\son\w+=|alert\(|javascript:/);
    expect(html.match(/<script[^>]*>[^<]*/g)).to.deep.equal(['<script src="phone-change.js" defer>']);
  });

  it("takes GET and HEAD only", async () => {
    for (const path of PATHS) {
      const head = await get(`${service.origin}${path}`, "fr", "HEAD");
      expect([head.status, await head.text()]).to.deep.equal([200, ""]);
      const post = await get(`${service.origin}${path}`, "fr", "POST");
      expect([post.status, post.headers.get("allow")]).to.deep.equal([405, "GET, HEAD"]);
    }
    expect((await get(`${service.origin}/account/phone-change/`)).status).to.equal(404);
  });

  it("changes nothing when it is opened", async () => {
    const { link, proof, wanted } = await asked();
    for (const method of ["GET", "HEAD", "GET"]) await get(link, "fr", method);
    await fetch(link, { headers: { "sec-purpose": "prefetch" } });
    expect(await confirmPhoneChange(service.context.app, proof)).to.equal(wanted);
  });

  it("stops the change when its button is clicked, and says so", async () => {
    const { link, proof } = await asked();
    const { cancel, result } = await click(link);
    expect(result.textContent).to.match(/^Le changement de numéro est annulé\./);
    expect(cancel.hidden).to.equal(true);
    const confirmed = confirmPhoneChange(service.context.app, proof).then(
      () => "changed",
      (error: Error) => error.message,
    );
    expect(await confirmed).to.equal("LINK_REJECTED");
  });

  it("shows why it could not", async () => {
    const { link } = await asked();
    await click(link);
    const { cancel, result } = await click(link);
    expect(result.textContent).to.equal("Token invalide ou expiré.");
    expect([cancel.hidden, cancel.disabled]).to.deep.equal([false, false]);
    expect((await click(pageUrl(""))).result.textContent).to.equal("Le token est requis.");
  });
});
