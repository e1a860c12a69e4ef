import { expect } from "chai";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectFocus,
  expectNoBarriers,
  expectNoProblems,
  fillSignIn,
  useConsole,
} from "../../support/console.js";
import { activeUser } from "../../support/test-context.js";
import { startPage } from "./start-page.js";

describe("the sign-in of the console, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { openConsole, makeAdministrator, signIn, service } = useConsole();

  async function signInAtStart() {
    const opened = await signIn();
    await startPage(opened.page);
    return opened;
  }

  for (const [language, title] of [
    ["fr-FR", "Connexion des administrateurs"],
    ["en-GB", "Sign-in for administrators"],
  ] as const) {
    it(`asks for number and password in the browser's language: ${language}`, async () => {
      const opened = await openConsole({ language });
      // The page asks first whether there is a session.
      await opened.page.locator("input[type=password]").waitFor();
      expect(await opened.page.locator("h1").textContent()).to.equal(title);
      expect(await opened.page.title()).to.equal(`${title} – WaterBill Identity`);
      await expectNoBarriers(opened, `sign-in-${language}`);
      expectNoProblems(opened);
    });
  }

  it("works with the keyboard alone: wrong password, right one, pages, language and sign-out", async () => {
    const opened = await openConsole();
    const { page } = opened;
    const { phone } = await makeAdministrator();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await page.locator("input[type=tel]:focus").waitFor();
    await page.keyboard.type(phone);
    await press("Tab");
    await page.keyboard.type("wrong");
    await press("Enter");
    const note = page.getByText("Numéro de téléphone ou mot de passe incorrect.");
    await note.waitFor();
    // The language changes, and nothing that was typed is lost, nor the focus.
    await press("Shift+Tab", "Shift+Tab", "Enter");
    await page.getByText("Sign-in for administrators").waitFor();
    await expectFocus(page, "Français");
    expect(await page.title()).to.equal("Sign-in for administrators – WaterBill Identity");
    expect(await page.locator("html").getAttribute("lang")).to.equal("en");
    expect(await page.locator("input[type=tel]").inputValue()).to.equal(phone);
    expect(await page.locator("input[type=password]").inputValue()).to.equal("wrong");
    await press("Enter", "Tab", "Tab", "ControlOrMeta+a");
    await page.keyboard.type("Motdepasse123!");
    await press("Enter");
    await startPage(page);
    await page.locator("h1:focus", { hasText: "Accueil" }).waitFor();

    await page.locator("header .user").click();
    await press("Shift+Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab");
    await expectFocus(page, "Aller au contenu");
    await press("Enter");
    await page.locator("#content:focus").waitFor();
    await page.locator("nav a", { hasText: "Liste blanche" }).press("Enter");
    await page.locator("h1:focus", { hasText: "Liste blanche" }).waitFor();
    expect(await page.title()).to.equal("Liste blanche – WaterBill Identity");
    await page.getByRole("button", { name: "Se déconnecter" }).press("Enter");
    await page.locator("input[type=tel]:focus").waitFor();
    expectFailedCallsOnly(opened, "401");
  });

  it("continues the session after a reload, with a token that no script can read, and prints without the bar", async () => {
    const opened = await signInAtStart();
    const { page } = opened;
    await page.reload();
    await startPage(page);
    const kept = await page.evaluate<string>(
      "document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })",
    );
    expect(kept).not.to.match(/eyJ|waterbill_refresh|waterbill_device/);
    await page.emulateMedia({ media: "print" });
    for (const hidden of ["header", "nav", "main button"]) {
      expect(await page.locator(hidden).first().isVisible(), hidden).to.equal(false);
    }
    expect(await page.locator("main table").first().isVisible()).to.equal(true);
    await opened.screenshot("console-start-print");
    expectNoProblems(opened);
  });

  it("offers another try when the network fails at the start, and signs nobody out", async () => {
    const opened = await signInAtStart();
    const { page } = opened;
    await page.route("**/RefreshToken", (route) => route.abort());
    await page.reload();
    await page.getByText("Connexion impossible.").waitFor();
    await expectNoBarriers(opened, "start-offline");
    await page.unroute("**/RefreshToken");
    await page.getByRole("button", { name: "Réessayer" }).click();
    await startPage(page);
    expectFailedCallsOnly(opened, "net::ERR_FAILED");
  });

  it("refuses a customer in words, ends the session and leaves no cookie", async () => {
    const opened = await openConsole();
    const { phone } = await activeUser(service.context);
    await fillSignIn(opened.page, phone);
    await opened.page.getByText("Ce compte n'est pas celui d'un administrateur").waitFor();
    await opened.page.getByText("Fermeture de la session").waitFor({ state: "detached" });
    expect(await opened.page.context().cookies()).to.deep.equal([]);
    expect(await openSessions(phone)).to.equal(0);
    await expectNoBarriers(opened, "customer");
    expectFailedCallsOnly(opened, "403");
  });

  it("says that the session is still open if the service doesn't hear of a sign-out, and closes it later", async () => {
    const opened = await signInAtStart();
    const { page, administrator } = opened;
    await page.route("**/Logout", (route) => route.abort());
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await page.getByText("la session y est encore ouverte").waitFor();
    expect(await page.locator("header .user").count()).to.equal(0);
    expect(await openSessions(administrator.phone)).to.equal(1);
    await expectNoBarriers(opened, "still-open");
    // A reload tries it once more by itself.
    await page.reload();
    await page.getByText("la session y est encore ouverte").waitFor();
    await page.unroute("**/Logout");
    await page.getByRole("button", { name: "Fermer la session" }).click();
    await page.locator(".note").waitFor({ state: "detached" });
    expect(await openSessions(administrator.phone)).to.equal(0);
    const names = (await page.context().cookies()).map(({ name }) => name);
    expect(names).to.deep.equal(["waterbill_device"]);
    expectFailedCallsOnly(opened, "net::ERR_FAILED");
  });

  async function openSessions(phone: string): Promise<number> {
    const { users, sessions } = service.context.app;
    const found = await users.findByPhone(null, phone);
    return (await sessions.list(null, found!.user.id, null)).length;
  }
});
