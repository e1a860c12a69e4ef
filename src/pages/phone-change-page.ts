import { page } from "./page.js";
import { PAGE_SCRIPT } from "./page-script.js";

/**
 * Asks whether to stop or undo a phone change. Opening it does nothing, because programs open the links of messages too:
 * only the button calls CancelPhoneChange.
 */
export const phoneChangePage = page(
  (m) => m.phoneChangePage.title,
  "phone-change.js",
  ({ write }) => `<p>${write((m) => m.phoneChangePage.question)}</p>
<p>${write((m) => m.phoneChangePage.consequence)}</p>
<p><button type="button" class="final" id="cancel" hidden>${write((m) => m.phoneChangePage.button)}</button></p>
<p id="result" role="status"></p>
<p id="failure" class="error" role="alert" hidden>${write((m) => m.phoneChangePage.unreachable)}</p>
<noscript><p>${write((m) => m.phoneChangePage.scriptNeeded)}</p></noscript>`,
);

/** The script of the page. */
export const PHONE_CHANGE_SCRIPT = `${PAGE_SCRIPT}
const button = document.getElementById("cancel");
const result = document.getElementById("result");
const failure = document.getElementById("failure");
const token = new URLSearchParams(location.search).get("token") || "";
button.hidden = false;
button.addEventListener("click", () => {
  button.disabled = true;
  failure.hidden = true;
  result.textContent = "";
  return post("phone/change/cancel/", { token })
    .then(
      ({ isSuccess, message }) => {
        result.textContent = message;
        button.hidden = isSuccess;
      },
      () => {
        failure.hidden = false;
      },
    )
    .then(() => {
      button.disabled = false;
    });
});
`;
