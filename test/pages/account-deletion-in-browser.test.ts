import { expect } from "chai";
import type { Page } from "playwright-core";
import { expectNoBarriers, NO_PROBLEMS, useBrowser } from "../support/browser.js";
import { serveBelow } from "../support/serve-below.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, testPassword } from "../support/test-context.js";

/** A page takes seconds on a busy machine. */
const TEST_TIMEOUT_MS = 120_000;

const TIME_ZONE = "Africa/Douala";

/** Moves the focus on, as a keyboard does, until it is on an element. */
async function tabTo(page: Page, selector: string) {
  for (let steps = 0; steps < 10; steps += 1) {
    if (await isFocused(page, selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} is not reached with Tab`);
}

const isFocused = (page: Page, selector: string) =>
  page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`);

describe("the page that deletes an account, in a browser", function () {
  this.timeout(TEST_TIMEOUT_MS);
  const service = useTestService();
  const browser = useBrowser();
  const start = () => `${service.origin}/account/delete`;
  const linkTo = (phone: string) => `${start()}?token=${service.context.outbox.tokenFor(phone)}`;
  const deletionOf = async (id: number) =>
    (await service.context.app.users.findById(null, id))?.deletionAt ?? null;
  // The page shows times that the service counts.
  beforeEach(() => service.context.passTime(0));

  /** An account with a code and a link to delete it. */
  async function asked() {
    const user = await activeUser(service.context);
    await fetch(`${service.origin}/api/auth/account/delete/request/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ phone: user.phone }),
    });
    await service.context.settle();
    const code = service.context.outbox.codeFor(user.phone);
    return { ...user, code, wrongCode: code === "000000" ? "000001" : "000000", link: linkTo(user.phone) };
  }

  const submitCode = async (page: Page, code: string) => {
    await page.locator("#code").fill(code);
    await page.locator("#code").press("Enter");
  };

  const login = async (phone: string) => {
    const response = await fetch(`${service.origin}/api/auth/login/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ phone, password: testPassword }),
    });
    return (await response.json()) as { message: string };
  };

  for (const language of ["fr", "en"]) {
    it(`works with the keyboard alone, on any screen, in: ${language}`, async () => {
      const { id, phone } = await activeUser(service.context);
      const asking = await browser.open(start(), { language, timeZone: TIME_ZONE });
      await expectNoBarriers(asking, `account-deletion-${language}-start`);
      await tabTo(asking.page, "#phone");
      await asking.page.keyboard.type("12");
      await asking.page.keyboard.press("Enter");
      await asking.page.locator("#phone[aria-invalid]").waitFor();
      expect(await isFocused(asking.page, "#phone")).to.equal(true);
      await expectNoBarriers(asking, `account-deletion-${language}-error`);
      await asking.page.keyboard.press("ControlOrMeta+A");
      await asking.page.keyboard.type(phone);
      await tabTo(asking.page, "#request button");
      await asking.page.keyboard.press("Space");
      await asking.page.locator("#sent").waitFor();
      expect(await isFocused(asking.page, "#sent")).to.equal(true);
      expect(await asking.page.locator("#phone").getAttribute("aria-invalid")).to.equal(null);
      await expectNoBarriers(asking, `account-deletion-${language}-sent`);
      await service.context.settle();

      const opened = await browser.open(linkTo(phone), { language, timeZone: TIME_ZONE });
      const { page, problems } = opened;
      await expectNoBarriers(opened, `account-deletion-${language}-code`);
      const code = service.context.outbox.codeFor(phone);
      await tabTo(page, "#code");
      await page.keyboard.type(` ${code.slice(0, 3)} ${code.slice(3)}`);
      expect(await deletionOf(id)).to.equal(null);
      await tabTo(page, "#confirm button");
      await page.keyboard.press("Enter");
      await page.locator("#done").waitFor();
      expect(await isFocused(page, "#done")).to.equal(true);
      await expectNoBarriers(opened, `account-deletion-${language}-done`);
      expect(await page.locator("form:visible").count()).to.equal(0);

      const deletionAt = await deletionOf(id);
      const shown = await page.locator("#deletion-time").innerText();
      const format = new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone: TIME_ZONE });
      expect(shown)
        .to.include(format.format(deletionAt!))
        .and.to.match(/(UTC|GMT)\+1/);
      expect(problems).to.deep.equal(NO_PROBLEMS);
      expect((await login(phone)).message).to.match(/annulée/);
      expect(await deletionOf(id)).to.equal(null);
    });
  }

  it("changes its language with the keyboard, and keeps the link", async () => {
    const { code, id, link } = await asked();
    const { page } = await browser.open(link, { language: "fr" });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("html[lang=en]").waitFor();
    await submitCode(page, code);
    await page.locator("#done").waitFor();
    expect(await deletionOf(id)).not.to.equal(null);
  });

  it("takes the link and the code from another device", async () => {
    const { id, phone } = await activeUser(service.context);
    const { page, problems } = await browser.open(start());
    await page.locator("#phone").fill(phone);
    await page.locator("#request button").click();
    await page.locator("#sent").waitFor();
    await service.context.settle();
    const message = `Lien de redirection: ${linkTo(phone)}. Ce code expire dans 10 minutes.`;
    await page.locator("#token").fill(message);
    await submitCode(page, service.context.outbox.codeFor(phone));
    await page.locator("#done").waitFor();
    expect(await deletionOf(id)).not.to.equal(null);
    expect(problems).to.deep.equal(NO_PROBLEMS);
  });

  it("says the same for a number without an account", async () => {
    const texts = [];
    for (const phone of [(await activeUser(service.context)).phone, newPhone()]) {
      const { page } = await browser.open(start());
      await page.locator("#phone").fill(phone);
      await page.locator("#phone").press("Enter");
      await page.locator("#sent").waitFor();
      texts.push((await page.locator("#sent").innerText()).replace(/[\d:]+$/, ""));
    }
    expect(texts[1]).to.equal(texts[0]);
  });

  it("asks for another SMS only when one can leave", async () => {
    const { phone } = await activeUser(service.context);
    const { page } = await browser.open(start(), { time: new Date() });
    const ask = page.locator("#request button");
    const alert = page.locator("#request [role=alert]");
    let calls = 0;
    page.on("response", (response) => {
      if (response.url().endsWith("/request/")) calls += 1;
    });
    const askFor = async (wanted: string) => {
      await page.locator("#phone").fill(wanted);
      await ask.click();
      await page.locator("#request button:not([aria-disabled])").waitFor();
      await service.context.settle();
    };
    await askFor(phone);
    const time = await page.locator("#next-send").innerText();
    await askFor(` ${phone} `);
    expect(await alert.innerText()).to.equal(
      `Un SMS est déjà en route. Vous pouvez le redemander à partir de : ${time}`,
    );
    expect(calls).to.equal(1);
    await askFor(newPhone());
    expect([calls, await alert.innerText()]).to.deep.equal([2, ""]);
    await askFor(phone);
    expect(calls).to.equal(2);
    await page.clock.runFor(61_000);
    await askFor(phone);
    expect([calls, await alert.innerText()]).to.deep.equal([3, ""]);
  });

  it("shows a wrong code at its field, until the code is locked", async () => {
    const { link, code, wrongCode } = await asked();
    const opened = await browser.open(link);
    const { page } = opened;
    const error = page.locator("#code-error");
    for (let tries = 1; tries <= 5; tries += 1) {
      await submitCode(page, wrongCode);
      await page.locator("#confirm button:not([aria-disabled])").waitFor();
      expect(await error.innerText()).to.equal("Code de vérification incorrect ou expiré.");
      expect(await isFocused(page, "#code[aria-invalid]")).to.equal(true);
      expect(await page.locator("#code").inputValue()).to.equal(wrongCode);
    }
    await submitCode(page, code);
    await page.getByText("Trop de tentatives échouées. Demandez un nouveau code.").waitFor();
    await expectNoBarriers(opened, "account-deletion-fr-locked");
    await page.getByRole("link", { name: "Demander un autre SMS" }).click();
    await page.locator("#phone").waitFor();
  });

  it("says what a used link may mean", async () => {
    const { link, code } = await asked();
    for (const [isFirst, selector] of [
      [true, "#done"],
      [false, "#confirm [role=alert]:not(:empty)"],
    ] as const) {
      const { page } = await browser.open(link);
      await submitCode(page, code);
      await page.locator(selector).waitFor();
      if (!isFirst) {
        expect(await page.locator(selector).innerText()).to.equal(
          "Token invalide ou expiré. S'il a déjà servi, la suppression a été enregistrée. Sinon, demandez un autre SMS.",
        );
      }
    }
  });

  it("shows what is wrong with link and code at once, the first one focused", async () => {
    const { page } = await browser.open(start(), { language: "en" });
    await page.locator("#phone").fill(newPhone());
    await page.locator("#phone").press("Enter");
    await page.locator("#confirm").waitFor();
    await page.locator("#confirm button").click();
    await page.locator("#token[aria-invalid]").waitFor();
    expect(await isFocused(page, "#token")).to.equal(true);
    expect(await page.locator("#token-error").innerText()).to.equal("The token is required.");
    expect(await page.locator("#code-error").innerText()).to.equal("This field is required.");
  });

  it("says that it is offline, or that nobody answers, and loses nothing", async () => {
    const { id, link, code } = await asked();
    const { page } = await browser.open(link);
    const alert = page.locator("#confirm [role=alert]:not(:empty)");
    await page.context().setOffline(true);
    await submitCode(page, code);
    expect(await alert.innerText()).to.match(/^Vous n'êtes pas connecté à Internet/);
    await page.context().setOffline(false);
    await page.route("**/confirm/", (route) => route.fulfill({ status: 502, body: "<html>Bad gateway" }));
    await page.locator("#confirm button").click();
    await page.getByText("Le service n'a pas répondu. Réessayez.").waitFor();
    expect(await page.locator("#code").inputValue()).to.equal(code);
    await page.unroute("**/confirm/");
    await page.locator("#confirm button").click();
    await page.locator("#done").waitFor();
    expect(await deletionOf(id)).not.to.equal(null);
  });

  it("waits 30 seconds for a response", async () => {
    const { link, code } = await asked();
    const { page } = await browser.open(link, { time: new Date() });
    await page.route("**/confirm/", () => {});
    await submitCode(page, code);
    await page.getByText("Envoi en cours…").waitFor();
    await page.clock.runFor(30_000);
    await page.getByText("Le service n'a pas répondu. Réessayez.").waitFor();
  });

  it("sends once, however often it is clicked", async () => {
    const { link, code } = await asked();
    const { page } = await browser.open(link);
    let calls = 0;
    let release = () => {};
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/confirm/", async (route) => {
      calls += 1;
      await isReleased;
      await route.continue();
    });
    await page.locator("#code").fill(code);
    await page.locator("#confirm button").dblclick();
    await page.locator("#code").press("Enter");
    release();
    await page.locator("#done").waitFor();
    expect(calls).to.equal(1);
  });

  it("works below the path that a proxy serves the service at", async () => {
    const { id, link, code } = await asked();
    const below = await serveBelow("/identity", service.origin);
    try {
      const { page, problems } = await browser.open(link.replace(service.origin, below.origin));
      await submitCode(page, code);
      await page.locator("#done").waitFor();
      expect(await deletionOf(id)).not.to.equal(null);
      expect(problems).to.deep.equal(NO_PROBLEMS);
    } finally {
      below.close();
    }
  });
});

describe("the page that deletes an account, beyond a limit", function () {
  this.timeout(TEST_TIMEOUT_MS);
  const service = useTestService({ environment: { ...generousLimits, LIMIT_FORGOT: "1/hour" } });
  const browser = useBrowser();

  it("says when to try again", async () => {
    const { page } = await browser.open(`${service.origin}/account/delete`);
    for (const phone of [newPhone(), newPhone()]) {
      await page.locator("#phone").fill(phone);
      await page.locator("#phone").press("Enter");
      await page.locator("#sent").waitFor();
    }
    const alert = page.locator("#request [role=alert]:not(:empty)");
    expect(await alert.innerText()).to.match(/^Trop de requêtes\. Réessayez dans \d+ secondes\.$/);
  });
});
