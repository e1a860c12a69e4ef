import type { Resource } from "../http/resource.js";
import type { Language } from "../messages/catalogue.js";
import type { Catalogue } from "../messages/fr.js";
import { page } from "./page.js";

/** Writes a text of this page as HTML. */
type WriteText = (text: (texts: Catalogue["accountDeletionPage"]) => string) => string;

/**
 * Lets people delete their account without the app. Without a token it asks for the number, and then for link and code
 * of the SMS; with the token of a link it asks for the code. Opening it does nothing: only its buttons call
 * RequestAccountDeletion and ConfirmAccountDeletion. `delaySeconds` pass until the account is erased.
 */
export function accountDeletionPage(delaySeconds: number): Resource {
  return page(
    (m) => m.accountDeletionPage.title,
    "delete.js",
    ({ write, language, token }) => {
      const text: WriteText = (of) => write((m) => of(m.accountDeletionPage));
      const delay = inWords(language, delaySeconds);
      const consequence = `<p>${text((m) => m.closing)} ${text((m) => m.erasing(delay))}</p>`;
      const details = `<h2>${text((m) => m.erasedTitle)}</h2>
<p>${text((m) => m.erased)}</p>
<h2>${text((m) => m.keptTitle)}</h2>
<p>${text((m) => m.kept)}</p>`;
      const start = token
        ? `${consequence}
<p>${text((m) => m.introductionToLink)}</p>
${confirmForm(text, "")}
<p><a href="delete?lang=${language}">${text((m) => m.newSms)}</a></p>
${details}`
        : `<p>${text((m) => m.introduction)}</p>
${consequence}
${details}
${requestForm(text)}
${confirmForm(text, linkField(text))}`;
      return `<div id="start" data-sending="${text((m) => m.sending)}" data-offline="${text((m) => m.offline)}"
data-unreachable="${text((m) => m.unreachable)}" data-too-early="${text((m) => m.tooEarly)}"
data-code-incorrect="${write((m) => m.verificationCodeIncorrect)}" data-code-locked="${write((m) => m.codeLocked)}"
data-link-rejected="${write((m) => m.linkRejected)}" data-link-over="${text((m) => m.linkOver)}">
${start}
<noscript><p class="note">${text((m) => m.scriptNeeded)}</p></noscript>
</div>
${result(text)}`;
    },
  );
}

const UNITS = [
  ["day", 24 * 60 * 60],
  ["hour", 60 * 60],
  ["minute", 60],
] as const;

/** A delay in the largest unit that it is a multiple of. */
function inWords(language: Language, seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => seconds % length === 0) ?? ["second", 1];
  const format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" });
  return format.format(seconds / length);
}

/** What is wrong with a form's field `name` shows in the element `<name>-error`; what is wrong otherwise, as an alert. */
const requestForm = (text: WriteText) => `<form id="request" novalidate hidden>
<label for="phone">${text((m) => m.phone)}</label>
<p class="hint" id="phone-hint">${text((m) => m.phoneHint)}</p>
<input id="phone" name="phone" type="tel" autocomplete="tel" required aria-describedby="phone-hint phone-error">
<p class="error" id="phone-error"></p>
<button data-again="${text((m) => m.requestAgain)}">${text((m) => m.request)}</button>
<p role="status"></p>
<p class="error" role="alert"></p>
</form>
<div role="status">
<div id="sent" class="note" tabindex="-1" hidden>
<p>${text((m) => m.sent)}</p>
<p>${text((m) => m.nextSend)} <time id="next-send"></time></p>
</div>
</div>
`;

const linkField = (text: WriteText) => `<label for="token">${text((m) => m.link)}</label>
<p class="hint" id="token-hint">${text((m) => m.linkHint)}</p>
<input id="token" name="token" inputmode="url" autocomplete="off" autocapitalize="none" spellcheck="false" required
aria-describedby="token-hint token-error">
<p class="error" id="token-error"></p>
`;

const confirmForm = (text: WriteText, link: string) => `<form id="confirm" novalidate hidden>
${link}<label for="code">${text((m) => m.code)}</label>
<p class="hint" id="code-hint">${text((m) => m.codeHint)}</p>
<input id="code" name="code" inputmode="numeric" pattern="[0-9 ]*" autocomplete="one-time-code" required
aria-describedby="code-hint code-error">
<p class="error" id="code-error"></p>
<button class="final">${text((m) => m.confirm)}</button>
<p role="status"></p>
<p class="error" role="alert"></p>
</form>`;

const result = (text: WriteText) => `<div id="done" class="note" tabindex="-1" hidden>
<h2>${text((m) => m.doneTitle)}</h2>
<p>${text((m) => m.erasedAt)} <strong><time id="deletion-time"></time></strong></p>
<p>${text((m) => m.howToKeep)}</p>
</div>`;
