import { text } from "node:stream/consumers";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { revokeAccountSessions } from "../../../src/accounts/account-sessions.js";
import { setRights } from "../../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../../src/audit/act.js";
import { requestPasswordReset } from "../../../src/auth/reset-password.js";
import { updateProfile } from "../../../src/profile/update-profile.js";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectFocus,
  expectNoBarriers,
  expectNoProblems,
  fillSignIn,
  type OpenConsole,
  useConsole,
} from "../../support/console.js";
import { signInApp } from "../../support/console-app.js";
import { activeUser, caller, registered } from "../../support/test-context.js";

const NO_PROFILE = { first_name: "", last_name: "", email: null, address: null, apartment_name: null };
const REASON = "Demande par courrier";

describe("the page of an account in the console", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { signIn, service } = useConsole();

  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const dialog = (page: Page) => page.getByRole("dialog");
  const section = (page: Page, title: string) =>
    page.locator("section", { has: page.getByRole("heading", { name: title }) });

  /** Opens a view of a console that is signed in, in a window of its own width. */
  async function show({ page }: OpenConsole, view: string): Promise<void> {
    await page.setViewportSize({ width: 1280, height: 1400 });
    await page.evaluate(`location.hash = "#${view}"`);
    await page.locator("h2").first().waitFor();
  }

  /** Ends the sessions of an account from outside of the console. */
  const endSessions = (phone: string) =>
    revokeAccountSessions(service.context.app, {
      ...{ phone, sessionId: null, reason: REASON, actor: COMMAND_LINE },
    });

  const history = (page: Page) => page.getByRole("region", { name: /^(History|Historique)$/ });

  /** The texts of the acts in the history, latest first. */
  async function historyRows(page: Page): Promise<string[]> {
    const rows = history(page).locator("tbody tr");
    await rows.first().waitFor();
    return rows.allTextContents();
  }

  /** Opens the dialog of an act. */
  async function open(page: Page, act: string): Promise<void> {
    await button(page, act).click();
    await dialog(page).waitFor();
  }

  /** Presses the button in the dialog that does it. */
  const confirm = (page: Page, label: string) => dialog(page).getByRole("button", { name: label }).click();

  /** Waits until it was announced, and the dialog is gone. */
  async function expectDone(page: Page, announced: string): Promise<void> {
    await page.locator(".announcer", { hasText: announced }).waitFor();
    await dialog(page).waitFor({ state: "detached" });
  }

  it("tells why somebody gets no SMS, and ends all sessions", async () => {
    const { phone } = await activeUser(service.context);
    service.context.clock.advance(60);
    requestPasswordReset(service.context.app, { ...caller, phone });
    await service.context.settle();
    const tablet = await signInApp(service.origin, phone, "Tablette");
    const mobile = await signInApp(service.origin, phone, "Mobile");
    const opened = await signIn();
    const { page } = opened;
    await show(opened, `/accounts/${phone}`);
    const answers = await section(page, "Pourquoi pas de SMS ?").textContent();
    expect(answers).to.include("L'opérateur a accepté le dernier SMS (Mot de passe oublié, 1 mars 2026");
    expect(answers).to.include("Codes valables").and.include("127.0.0.0/24");
    await button(page, "Afficher les sessions").click();
    await section(page, "Sessions").locator("tbody tr").nth(1).waitFor();
    await expectNoBarriers(opened, "account");
    expect(await section(page, "Sessions").textContent())
      .to.include("Tablette")
      .and.include("127.0.0.1");

    await open(page, "Fermer toutes les sessions");
    await confirm(page, "Fermer toutes les sessions");
    expect(await dialog(page).isVisible(), "the reason is required").to.equal(true);
    await dialog(page).getByLabel("Motif").fill(REASON);
    await expectNoBarriers(opened, "account-end-sessions");
    expect([await tablet.callStatus(), await mobile.callStatus()]).to.deep.equal([200, 200]);
    await confirm(page, "Fermer toutes les sessions");
    await expectDone(page, "2 sessions sont fermées.");
    expect([await tablet.callStatus(), await mobile.callStatus()]).to.deep.equal([401, 401]);
    expectNoProblems(opened);
  });

  it("ends one session of several", async () => {
    const { phone } = await activeUser(service.context);
    const tablet = await signInApp(service.origin, phone, "Tablette");
    const mobile = await signInApp(service.origin, phone, "Mobile");
    const opened = await signIn();
    const { page } = opened;
    await show(opened, `/accounts/${phone}`);
    await button(page, "Afficher les sessions").click();
    await open(page, "Fermer la session : Tablette");
    await dialog(page).getByLabel("Motif").fill(REASON);
    await expectNoBarriers(opened, "account-end-session");
    expect([await tablet.callStatus(), await mobile.callStatus()]).to.deep.equal([200, 200]);
    await confirm(page, "Fermer la session");
    await expectDone(page, "1 session est fermée.");
    expect([await tablet.callStatus(), await mobile.callStatus()]).to.deep.equal([401, 200]);
    await button(page, "Fermer la session : Tablette").waitFor({ state: "detached" });
    await expectFocus(page, "1 session ouverte");
    expectNoProblems(opened);
  });

  it("deactivates, reactivates and edits an account, and its history tells who and why", async () => {
    const { phone } = await activeUser(service.context);
    const taken = await activeUser(service.context);
    const values = { ...NO_PROFILE, email: "marie@example.cm" };
    await updateProfile(service.context.app, { userId: taken.id, fields: ["email"], values });
    const app = await signInApp(service.origin, phone, "Mobile");
    const opened = await signIn({ language: "en-GB", role: "staff" });
    const { page } = opened;
    await show(opened, `/accounts/${phone}`);
    expect(await button(page, "Erase the account").count(), "for superusers").to.equal(0);

    await open(page, "Deactivate");
    await dialog(page).getByLabel("Reason").fill(REASON);
    await expectNoBarriers(opened, "account-deactivate-en");
    expect(await app.callStatus()).to.equal(200);
    await confirm(page, "Deactivate");
    await expectDone(page, `The account ${phone} is deactivated.`);
    expect(await app.callStatus()).to.equal(401);
    await button(page, "Reactivate").waitFor();
    await expectFocus(page, "Reactivate");
    await open(page, "Reactivate");
    await confirm(page, "Reactivate");
    await expectDone(page, `The account ${phone} is reactivated.`);

    await open(page, "Edit the profile");
    await dialog(page).getByLabel("Last name").fill("Ngono");
    await dialog(page).getByLabel("Email").fill("Marie@example.cm");
    await confirm(page, "Save");
    await dialog(page).locator("[aria-invalid]").waitFor();
    await expectNoBarriers(opened, "account-edit-en");
    expect(await dialog(page).getByLabel("Last name").inputValue()).to.equal("Ngono");
    await dialog(page).getByLabel("Email").fill("ngono@example.cm");
    await confirm(page, "Save");
    await expectDone(page, "The profile is saved.");
    await page.getByRole("heading", { name: `${phone} – John Ngono` }).waitFor();

    await button(page, "Show the history").click();
    const [edited, reactivated, deactivated] = await historyRows(page);
    expect(edited).to.include("Change of profile").and.include("John Doe").and.include("Last name, Email");
    expect(reactivated).to.include("Reactivation");
    expect(deactivated).to.include("Deactivation").and.include(`Reason: ${REASON}`);
    expect(deactivated).to.include("Sessions ended: 1");
    await expectNoBarriers(opened, "account-history-en");
    expectFailedCallsOnly(opened, "status of 4");
  });

  it("keeps what was typed in a dialog while its user signs in again", async () => {
    const { phone } = await activeUser(service.context);
    const opened = await signIn();
    const { page, administrator } = opened;
    await show(opened, `/accounts/${phone}`);
    await open(page, "Désactiver");
    await dialog(page).getByLabel("Motif").fill(REASON);
    await endSessions(administrator.phone);
    await confirm(page, "Désactiver");
    await page.getByRole("heading", { name: "Connexion des administrateurs" }).waitFor();
    await fillSignIn(page, administrator.phone);
    await dialog(page).waitFor();
    expect(await dialog(page).getByLabel("Motif").inputValue()).to.equal(REASON);
    await confirm(page, "Désactiver");
    await expectDone(page, `Le compte ${phone} est désactivé.`);
    expectFailedCallsOnly(opened, "status of 4");
  });

  it("erases an account after its number was typed again, for a reason that doesn't name it", async () => {
    const { id, phone } = await activeUser(service.context);
    const opened = await signIn();
    const { page } = opened;
    await show(opened, `/accounts/${phone}`);
    await open(page, "Effacer le compte");
    await dialog(page).getByLabel("Motif").fill("John Doe l'a demandé");
    await dialog(page).getByLabel("Saisissez encore une fois").fill(phone.slice(0, -1));
    await confirm(page, "Effacer le compte");
    await dialog(page).getByText("Ce n'est pas le même numéro.").waitFor();
    await dialog(page).getByLabel("Saisissez encore une fois").fill(phone);
    await confirm(page, "Effacer le compte");
    await dialog(page).getByText("Il ne doit contenir ni numéro, ni nom").waitFor();
    await expectNoBarriers(opened, "account-erase");
    await dialog(page).getByLabel("Motif").fill(REASON);
    await confirm(page, "Effacer le compte");
    await expectDone(page, `Le compte n° ${id} est effacé.`);
    expect(await page.evaluate("location.hash")).to.equal(`#/accounts/${id}`);
    await expectFocus(page, `Compte n° ${id}`);
    await button(page, "Afficher l'historique").click();
    const [erased] = await historyRows(page);
    expect(erased).to.include("Effacement").and.include(`Motif : ${REASON}`);
    await expectNoBarriers(opened, "account-gone");
    expectFailedCallsOnly(opened, "status of 4");
  });

  it("exports the data as a file, and clears the limits of a number that only registered", async () => {
    const { phone } = await activeUser(service.context);
    const waiting = await registered(service.context);
    const opened = await signIn();
    const { page } = opened;
    await show(opened, `/accounts/${phone}`);
    await open(page, "Exporter les données");
    await dialog(page).getByLabel("Motif").fill(REASON);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      confirm(page, "Exporter les données"),
    ]);
    expect(download.suggestedFilename()).to.equal(`account-${phone.slice(1)}.json`);
    expect(JSON.parse(await text(await download.createReadStream())).user.phone).to.equal(phone);
    await expectDone(page, "Le fichier est téléchargé.");

    await show(opened, `/accounts/${waiting}`);
    await page.getByRole("heading", { name: waiting }).waitFor();
    const sms = section(page, "Pourquoi pas de SMS ?");
    await sms.getByText("Une inscription attend le code reçu par SMS.").waitFor();
    expect(await sms.textContent())
      .to.include("Inscriptions en attente")
      .and.include("John Doe");
    expect(await page.locator("h2").allTextContents()).not.to.include("Historique");
    await expectNoBarriers(opened, "account-waiting");
    await open(page, "Remettre les limites à zéro");
    await dialog(page).getByLabel("Motif").fill(REASON);
    await confirm(page, "Remettre les limites à zéro");
    await expectDone(page, `Les limites du numéro ${waiting} sont remises à zéro.`);
    await sms.getByText("Aucun code n'a été envoyé à ce numéro").waitFor();
    expectNoProblems(opened);
  });

  it("keeps staff from the accounts of superusers, and signs out who gives up the own rights", async () => {
    const { phone } = await activeUser(service.context);
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(service.context.app, { phone, actor: COMMAND_LINE, rights });
    const staff = await signIn({ role: "staff" });
    await staff.page.evaluate(`location.hash = "#/accounts/${phone}"`);
    await staff.page.getByText("C'est le compte d'un super-administrateur.").waitFor();
    expectFailedCallsOnly(staff, "status of 4");

    const opened = await signIn();
    const { page, administrator } = opened;
    await show(opened, `/accounts/${administrator.phone}`);
    await open(page, "Changer le rôle");
    await dialog(page).getByText("C'est votre propre compte").waitFor();
    await dialog(page).getByLabel("Rôle").selectOption("Client");
    await dialog(page).getByLabel("Motif").fill(REASON);
    await expectNoBarriers(opened, "account-role");
    await confirm(page, "Changer le rôle");
    await page.getByRole("heading", { name: "Connexion des administrateurs" }).waitFor();
    expectFailedCallsOnly(opened, "status of 4");
  });
});
