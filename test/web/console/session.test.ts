import { expect } from "chai";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectNoBarriers,
  expectNoProblems,
  fillSignIn,
  useConsole,
} from "../../support/console.js";
import { demandSecondStep, requireSecondStepAtLogin, stubOverview, stubSecondStep } from "./stubs.js";

type Opened = Awaited<ReturnType<ReturnType<typeof useConsole>["openConsole"]>>;

describe("a session of the console, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { openConsole, makeAdministrator, service } = useConsole();

  async function signIn() {
    const opened = await openConsole();
    await stubOverview(opened.page);
    const administrator = await makeAdministrator();
    await fillSignIn(opened.page, administrator.phone);
    await startPage(opened.page);
    return { ...opened, ...administrator };
  }

  /** Another tab of the same browser. */
  async function openTab({ page }: Opened): Promise<Page> {
    const tab = await page.context().newPage();
    await tab.goto(`${service.origin}/admin/`);
    return tab;
  }

  it("takes the second step at sign-in, and shows the pages only then", async () => {
    const opened = await openConsole();
    const { page } = opened;
    await stubOverview(page);
    await requireSecondStepAtLogin(page);
    await stubSecondStep(page);
    const { phone } = await makeAdministrator();
    await fillSignIn(page, phone);
    const heading = page.getByRole("heading", { name: "Confirmez votre connexion" });
    await heading.waitFor();
    await page.locator("h1:focus").waitFor();
    expect(await page.getByText(phone).count()).to.equal(1);
    expect(await page.locator("header .user").count()).to.equal(0);
    await expectNoBarriers(opened, "second-step");
    await page.getByRole("button", { name: "Envoyer un code par SMS" }).click();
    await page.locator("input[autocomplete=one-time-code]:focus").waitFor();
    await page.getByText(/Nouveau code possible dans \d+ s/).waitFor();
    await expectNoBarriers(opened, "second-step-code");
    await page.keyboard.type("123456");
    await page.keyboard.press("Enter");
    await startPage(page);
    expectNoProblems(opened);
  });

  it("keeps what was typed while the second step covers the page, and goes on where it was", async () => {
    const opened = await signIn();
    const { page } = opened;
    await stubSecondStep(page);
    await typeOnPage(page, "half a sentence");
    await demandSecondStep(page);
    await page.getByRole("button", { name: "Actualiser" }).click();
    await page.getByText("Ce que vous avez saisi est conservé.").waitFor();
    expect(await page.locator("#typed").isVisible()).to.equal(false);
    expect(await page.locator("h1:visible").count()).to.equal(1);
    await page.getByRole("button", { name: "Envoyer un code par SMS" }).click();
    await page.locator("input[autocomplete=one-time-code]").fill("123456");
    await page.keyboard.press("Enter");
    await page.locator("#typed").waitFor();
    expect(await page.locator("#typed").inputValue()).to.equal("half a sentence");
    // What was refused is asked once more.
    await page.locator(".note.error").waitFor({ state: "detached" });
    await page.locator("button:focus", { hasText: "Actualiser" }).waitFor();
    expectNoProblems(filtered(opened, "400"));
  });

  it("hides the work when the service ends the session, and gives it back to the same user alone", async () => {
    const opened = await signIn();
    const { page, id, phone } = opened;
    await typeOnPage(page, "half a sentence");
    const endSession = async () => {
      await service.context.app.sessions.endAll(null, id, null);
      await answerWithUnauthenticated(page);
      await page.getByRole("button", { name: "Actualiser" }).click();
      await page.getByText("Votre session est terminée.").waitFor();
      await stubOverview(page);
    };
    await endSession();
    await page.locator("input[type=tel]:focus").waitFor();
    expect(await page.locator("#typed").isVisible()).to.equal(false);
    await expectNoBarriers(opened, "session-ended");
    await fillSignIn(page, phone);
    await page.locator("#typed").waitFor();
    expect(await page.locator("#typed").inputValue()).to.equal("half a sentence");

    await endSession();
    const other = await makeAdministrator("staff");
    await fillSignIn(page, other.phone);
    await startPage(page);
    expect(await page.locator("#typed").count()).to.equal(0);
    expectNoProblems(filtered(opened, "40"));
  });

  it("is the same in all tabs: refresh, sign-out and sign-in", async () => {
    const opened = await signIn();
    const { page, phone } = opened;
    const tab = await openTab(opened);
    await startPage(tab);
    // Both refresh at once, and go on.
    for (let round = 0; round < 2; round++) {
      await Promise.all([page.reload(), tab.reload()]);
      await Promise.all([startPage(page), startPage(tab)]);
    }
    await typeOnPage(tab, "for nobody else");
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await tab.getByText("Vous vous êtes déconnecté dans un autre onglet.").waitFor();
    expect(await tab.locator("#typed").count()).to.equal(0);
    await fillSignIn(page, phone);
    await Promise.all([startPage(page), startPage(tab)]);
    // Somebody else signs in.
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await tab.locator("input[type=password]").waitFor();
    const other = await makeAdministrator("staff");
    await fillSignIn(tab, other.phone);
    await Promise.all([startPage(page), startPage(tab)]);
    for (const each of [page, tab]) {
      expect(await each.locator("header .user").textContent()).to.include(other.phone);
    }
    expectNoProblems(opened);
  });

  it("takes dialogs out of the way while the pages are hidden, and shows them as they were", async () => {
    const opened = await openConsole();
    const { page } = opened;
    const script = await dialogScript();
    await page.route("**/dialog.js", (route) =>
      route.fulfill({ contentType: "text/javascript", body: script }),
    );
    await page.addScriptTag({ url: "dialog.js", type: "module" });
    await page.getByRole("button", { name: "open" }).click();
    await page.locator("dialog input").fill("half a sentence");
    await page.evaluate("setActive(false)");
    // Under a modal dialog nothing else takes the focus, nor a click.
    await page.locator("#cover").click();
    expect(await page.evaluate("document.activeElement.id")).to.equal("cover");
    await page.evaluate("setActive(true)");
    await page.locator("dialog:modal").waitFor();
    expect(await page.locator("dialog input").inputValue()).to.equal("half a sentence");
    expect(await page.evaluate("document.activeElement.closest('dialog') !== null")).to.equal(true);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.textContent")).to.equal("open");
    expectNoProblems(opened);
  });
});

const startPage = (page: Page) => page.locator("dl").first().waitFor();

/** Something that only this page has: no script draws it again. */
const typeOnPage = (page: Page, text: string) =>
  page.evaluate(`(() => {
    const field = document.createElement("input");
    field.id = "typed";
    field.value = ${JSON.stringify(text)};
    field.setAttribute("aria-label", "typed");
    document.querySelector("main#content").append(field);
  })()`);

/** The call of the start page comes to the service as any other does. */
const answerWithUnauthenticated = (page: Page) =>
  page.context().unroute("**/waterbill.identity.v1.AccountService/GetOverview*");

/** A page with a dialog, below what says whether pages are active. */
async function dialogScript(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      loader: "tsx",
      resolveDir: "src/web/console",
      contents: `
        import { render } from "preact";
        import { useState } from "preact/hooks";
        import { Dialog } from "./components/dialog.js";
        import { TextField } from "./components/field.js";
        import { Activity } from "./state/activity.js";
        function Page() {
          const [isOpen, setOpen] = useState(false);
          const [text, setText] = useState("");
          return <>
            <button type="button" onClick={() => setOpen(true)}>open</button>
            {isOpen && <Dialog title="title" onClose={() => setOpen(false)}>
              <TextField label="text" value={text} onInput={setText} />
            </Dialog>}
          </>;
        }
        function Frame() {
          const [isActive, setActive] = useState(true);
          window.setActive = setActive;
          return <>
            {!isActive && <button type="button" id="cover">cover</button>}
            <Activity.Provider value={isActive}><div hidden={!isActive}><Page /></div></Activity.Provider>
          </>;
        }
        document.body.replaceChildren();
        render(<Frame />, document.body);
      `,
    },
    write: false,
    bundle: true,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  return outputFiles[0]!.text;
}

/** Without the lines about calls that the test makes fail on purpose. */
function filtered(opened: Opened, status: string): Opened {
  const isMeant = (line: string) =>
    line.startsWith("Failed to load resource") && line.includes(`status of ${status}`);
  opened.problems.consoleErrors = opened.problems.consoleErrors.filter((line) => !isMeant(line));
  return opened;
}
