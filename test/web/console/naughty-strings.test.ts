import { expect } from "chai";
import type { Page } from "playwright-core";
import { setAccountActive } from "../../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../../src/audit/act.js";
import { activate } from "../../../src/auth/activate.js";
import { login } from "../../../src/auth/login.js";
import { register } from "../../../src/auth/register.js";
import { addEntry } from "../../../src/whitelist/add-entry.js";
import { updateEntry } from "../../../src/whitelist/update-entry.js";
import { CONSOLE_TEST_TIMEOUT_MS, expectNoProblems, useConsole } from "../../support/console.js";
import { NAUGHTY_STRINGS, TRAP } from "../../support/naughty-strings.js";
import { caller, person, type TestContext, testPassword } from "../../support/test-context.js";

/** A view that shows texts of strangers. */
interface Walk {
  name: string;
  /** What follows the `#` of the address, of each text if the view shows one. */
  view: string | ((text: string) => string);
  /** Puts the texts into the view, if the database or the address is not enough. */
  fill?(page: Page): Promise<void>;
  /** What appears last. */
  waitFor: string;
  /** Which texts it shows; all by default. */
  texts?: readonly string[];
  /** How much of each text the view shows; all by default. */
  shown?(text: string): string;
}

/** A view for one text is seen with these: one of every kind of attack. */
const SOME = NAUGHTY_STRINGS.filter((_, index) => index % 6 === 0);

const asFile = (name: string, lines: readonly string[]) => ({
  name,
  mimeType: "text/csv",
  buffer: Buffer.from(lines.join("\r\n")),
});

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

const WALKS: readonly Walk[] = [
  {
    name: "the report of an import",
    view: "/whitelist/transfer",
    async fill(page) {
      const lines = NAUGHTY_STRINGS.map((text) => [text, text, ""].map(quoted).join(","));
      await page
        .locator("input[type=file]")
        .setInputFiles(asFile("list.csv", ["phone,notes,actif", ...lines]));
    },
    waitFor: `tbody tr:nth-child(${NAUGHTY_STRINGS.length})`,
    // The service reports as much of a number, and takes what protects a formula for protection.
    shown: (text) => text.slice(0, 64),
  },
  {
    name: "the filters of an export",
    view: (text) =>
      `/whitelist/transfer?search=${encodeURIComponent(text)}&addedBy=${encodeURIComponent(text)}`,
    waitFor: ".facts div:nth-child(2)",
  },
];

/** The number of each text on the whitelist, and of its account. */
const phoneOf = (index: number) => `+2376950000${String(index).padStart(2, "0")}`;
/** The number that had each text as its notes, and whose account was deactivated and reactivated for each reason. */
const CHANGED_PHONE = phoneOf(0);

const clickAll = async (page: Page, names: readonly string[]) => {
  for (const name of names) await page.getByRole("button", { name, exact: true }).click();
};

const LIST_WALKS: readonly Walk[] = [
  {
    name: "the whitelist",
    view: "/whitelist",
    waitFor: `tbody tr:nth-child(${NAUGHTY_STRINGS.length})`,
  },
  {
    name: "a search of the whitelist",
    view: (text) => `/whitelist?search=${encodeURIComponent(text)}`,
    waitFor: "input[type=search]",
  },
  {
    name: "the history of a number",
    view: `/whitelist/${CHANGED_PHONE}`,
    waitFor: `tbody tr:nth-child(${NAUGHTY_STRINGS.length})`,
  },
  {
    name: "the dialog for the notes of a number",
    view: "/whitelist?orderBy=phone&search=6950000",
    async fill(page) {
      await page.locator("tbody tr:first-child").getByRole("button", { name: "Modifier les notes" }).click();
    },
    waitFor: "dialog textarea",
    shown: () => NAUGHTY_STRINGS.at(-1)!,
  },
  {
    name: "the accounts",
    view: "/accounts",
    waitFor: `tbody tr:nth-child(${SOME.length})`,
    texts: SOME,
  },
  {
    name: "a search of the accounts",
    view: (text) => `/accounts?search=${encodeURIComponent(text)}`,
    waitFor: "input[type=search]",
  },
  {
    name: "the sessions and the history of an account",
    view: `/accounts/${CHANGED_PHONE}`,
    fill: (page) => clickAll(page, ["Afficher les sessions", "Afficher l'historique"]),
    waitFor: `section:last-of-type tbody tr:nth-child(${2 * SOME.length})`,
    texts: SOME,
  },
];

/** Makes an account of each of `SOME`, and a whitelist entry of every text. */
async function fillDatabase({ app, outbox }: TestContext): Promise<void> {
  for (const [index, notes] of NAUGHTY_STRINGS.entries()) {
    await addEntry(app, { phone: phoneOf(index), notes, isActive: true, actor: null });
  }
  for (const notes of NAUGHTY_STRINGS) {
    await updateEntry(app, { phone: CHANGED_PHONE, notes, isActive: null, actor: null });
  }
  for (const [index, firstName] of SOME.entries()) {
    const phone = phoneOf(index);
    await register(app, { ...person, phone, firstName, address: firstName });
    await activate(app, { ...caller, phone, code: outbox.codeFor(phone) });
  }
  for (const reason of SOME) {
    for (const isActive of [false, true]) {
      await setAccountActive(app, { phone: CHANGED_PHONE, isActive, reason, actor: COMMAND_LINE });
    }
  }
  for (const client of SOME) await login(app, { phone: CHANGED_PHONE, password: testPassword, client });
}

/** Everything that an attack would leave in a page whose texts became HTML. */
const FOREIGN_ELEMENTS =
  "#console :is(script, img, svg, iframe, object, embed, link, style, meta, base, math, details)";

/** Elements with a handler or an address that runs. */
const RUNNING_ATTRIBUTES = `[...document.querySelectorAll("*")].filter(({ attributes }) =>
  [...attributes].some(({ name, value }) => name.startsWith("on") || (name !== "value" && /^\\s*(javascript|data:text)/i.test(value)))).length`;

describe("naughty texts in the console, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { service, signIn } = useConsole();

  it("are shown as they are, and nothing of them runs or is loaded", async () => {
    await fillDatabase(service.context);
    const opened = await signIn({ view: "/whitelist/transfer" });
    const { page } = opened;
    const ran: string[] = [];
    page.on("dialog", (dialog) => {
      ran.push(dialog.message());
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (
        !/^\/(waterbill\.identity\.v1\.|api\/auth\/|admin\/session\/)/.test(new URL(request.url()).pathname)
      ) {
        ran.push(request.url());
      }
    });
    await page.exposeFunction(TRAP, () => ran.push(TRAP));

    const goTo = (view: string) => page.evaluate(`location.hash = ${JSON.stringify(`#${view}`)}`);
    async function see(
      { name, fill, waitFor, shown = (text) => text }: Walk,
      view: string,
      texts: readonly string[],
    ) {
      // What the view before has shown is gone by then.
      await goTo("/nothing");
      await page.getByText("Cette page n'existe pas").waitFor();
      await goTo(view);
      await fill?.(page);
      await page.locator(waitFor).waitFor();
      const content = await page.evaluate<string>(
        `document.body.textContent + [...document.querySelectorAll("input, textarea")].map(({ value }) => value).join()`,
      );
      const missing = texts.filter((text) => !content.normalize().includes(shown(text).normalize()));
      expect(missing, name).to.deep.equal([]);
      expect(await page.locator(FOREIGN_ELEMENTS).count(), name).to.equal(0);
      expect(await page.evaluate(RUNNING_ATTRIBUTES), name).to.equal(0);
      expect(ran, name).to.deep.equal([]);
    }

    for (const walk of [...WALKS, ...LIST_WALKS]) {
      const { view } = walk;
      if (typeof view === "string") await see(walk, view, walk.texts ?? NAUGHTY_STRINGS);
      else for (const text of SOME) await see(walk, view(text), [text]);
    }
    expectNoProblems(opened);
  });
});
