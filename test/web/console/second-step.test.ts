import { expect } from "chai";
import type { Page } from "playwright-core";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectNoBarriers,
  fillSignIn,
  useConsole,
} from "../../support/console.js";
import { generousLimits } from "../../support/service.js";
import { startPage, typeOnPage } from "./start-page.js";

/** Time (s) between two codes. */
const RESEND_SECONDS = 60;

describe("the second step of a sign-in to the console, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { openConsole, makeAdministrator, service } = useConsole({
    ...generousLimits,
    ADMIN_SECOND_FACTOR: "sms",
  });

  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const codeField = (page: Page) => page.locator("input[autocomplete=one-time-code]");
  const codesFor = (phone: string) =>
    service.context.outbox.to(phone).filter(({ kind }) => kind === "verification");

  async function sendCode(page: Page): Promise<void> {
    await button(page, "Envoyer un code par SMS").click();
    await page.locator("input[autocomplete=one-time-code]:focus").waitFor();
  }

  async function confirm(page: Page, code: string): Promise<void> {
    await codeField(page).fill(code);
    await page.keyboard.press("Enter");
  }

  /** Signs in, and passes the second step. */
  async function signIn(view = "/", { remembers = true } = {}) {
    const opened = await openConsole({ view });
    const { id, phone } = await makeAdministrator();
    await fillSignIn(opened.page, phone);
    await sendCode(opened.page);
    await opened.page.getByLabel("Ne plus demander de code").setChecked(remembers);
    await confirm(opened.page, service.context.outbox.codeFor(phone));
    await opened.page.locator("header .user").waitFor();
    return { ...opened, id, phone };
  }

  /** As after the step has expired: the next call for administrators is refused. */
  const expireStep = (userId: number) =>
    service.context.testDatabase.database.run(
      null,
      {
        name: "test_expire_step",
        text: "UPDATE sessions SET second_factor_at = NULL WHERE user_id = $1",
        isAdHoc: true,
      },
      [userId],
    );

  /** The step is asked for in the middle of work: passes it, with another code than at the sign-in. */
  async function passInterruption(page: Page, phone: string): Promise<void> {
    await page.getByText("Ce que vous avez saisi est conservé.").waitFor();
    service.context.clock.advance(RESEND_SECONDS);
    await sendCode(page);
    await confirm(page, service.context.outbox.codeFor(phone));
    await page.locator("header .user").waitFor();
  }

  it("takes no wrong code, sends another one after a minute, and is remembered in this browser alone", async () => {
    const opened = await openConsole({ time: new Date() });
    const { page } = opened;
    const { phone } = await makeAdministrator();
    await fillSignIn(page, phone);
    await page.locator("h1:focus", { hasText: "Confirmez votre connexion" }).waitFor();
    expect(await page.getByText(phone).count()).to.equal(1);
    expect(await page.locator("header .user").count()).to.equal(0);
    expect(codesFor(phone), "nothing is sent before its user wants it").to.have.length(0);
    await expectNoBarriers(opened, "second-step");
    await sendCode(page);

    const code = service.context.outbox.codeFor(phone);
    const wrong = code.startsWith("1") ? "200000" : "100000";
    await confirm(page, wrong);
    await page.getByText("Il reste 4 essais.").waitFor();
    expect(await codeField(page).inputValue()).to.equal(wrong);
    const refusal = await page.locator(".note.error p").first().textContent();
    expect(await page.getByText(refusal!).count(), "said once").to.equal(1);
    await expectNoBarriers(opened, "second-step-code");

    const resend = page.getByRole("button", { name: /^Nouveau code possible dans \d+ s$/ });
    await resend.click({ force: true });
    expect(codesFor(phone)).to.have.length(1);
    service.context.clock.advance(RESEND_SECONDS);
    await page.clock.fastForward(RESEND_SECONDS * 1000);
    await button(page, "Envoyer un nouveau code").click();
    await resend.waitFor();
    expect(codesFor(phone)).to.have.length(2);
    await confirm(page, service.context.outbox.codeFor(phone));
    await startPage(page);

    await button(page, "Se déconnecter").click();
    await page.getByText("Fermeture de la session").waitFor({ state: "detached" });
    await fillSignIn(page, phone);
    await startPage(page);
    const another = await openConsole();
    await fillSignIn(another.page, phone);
    await another.page.getByRole("heading", { name: "Confirmez votre connexion" }).waitFor();
    expectFailedCallsOnly(opened, "status of 400");
    expectFailedCallsOnly(another, "status of 400");
  });

  it("is not remembered on a computer that other people use", async () => {
    const { page, phone } = await signIn("/", { remembers: false });
    await button(page, "Se déconnecter").click();
    await page.getByText("Fermeture de la session").waitFor({ state: "detached" });
    await fillSignIn(page, phone);
    await page.getByRole("heading", { name: "Confirmez votre connexion" }).waitFor();
  });

  it("covers the page in the middle of work, and goes on where it was", async () => {
    const opened = await signIn();
    const { page, id, phone } = opened;
    await startPage(page);
    await typeOnPage(page, "half a sentence");
    await expireStep(id);
    await button(page, "Actualiser").click();
    await page.locator("h1:focus", { hasText: "Confirmez votre connexion" }).waitFor();
    expect(await page.locator("#typed").isVisible()).to.equal(false);
    expect(await page.locator("h1:visible").count()).to.equal(1);
    await passInterruption(page, phone);
    expect(await page.locator("#typed").inputValue()).to.equal("half a sentence");
    // What was refused is asked once more.
    await page.locator(".note.error").waitFor({ state: "detached" });
    await page.locator("button:focus", { hasText: "Actualiser" }).waitFor();
    expectFailedCallsOnly(opened, "status of 400");
  });

  it("is asked for by an import, which keeps its file, and by an export", async () => {
    const opened = await signIn("/whitelist/transfer");
    const { page, id, phone } = opened;
    await expireStep(id);
    const file = { name: "pas.csv", mimeType: "text/csv", buffer: Buffer.from("phone\n+237690000301\n") };
    await page.locator("input[type=file]").setInputFiles(file);
    await passInterruption(page, phone);
    await page.getByText("Fichier : pas.csv").waitFor();
    await button(page, "Réessayer").click();
    await page.getByText("Résultat de la vérification").waitFor();

    await expireStep(id);
    await button(page, "Télécharger le fichier CSV").click();
    await passInterruption(page, phone);
    const saved = page.waitForEvent("download");
    await button(page, "Télécharger le fichier CSV").click();
    await saved;
    expectFailedCallsOnly(opened, "status of 40");
  });
});
