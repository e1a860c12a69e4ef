import { page } from "./page.js";

/**
 * Asks whether to stop or undo a phone change. Opening it does nothing, because programs open the links of messages too:
 * only the button calls CancelPhoneChange.
 */
export const phoneChangePage = page(
  (m) => m.phoneChangePage.title,
  "phone-change.js",
  (write) => `<p>${write((m) => m.phoneChangePage.question)}</p>
<p>${write((m) => m.phoneChangePage.consequence)}</p>
<p><button type="button" id="cancel" hidden>${write((m) => m.phoneChangePage.button)}</button></p>
<p id="result" role="status"></p>
<p id="failure" role="alert" hidden>${write((m) => m.phoneChangePage.unreachable)}</p>
<noscript><p>${write((m) => m.phoneChangePage.scriptNeeded)}</p></noscript>`,
);

/** The script of the page. Its addresses are relative, so that the service may be served below a path. */
export const PHONE_CHANGE_SCRIPT = `"use strict";
const button = document.getElementById("cancel");
const result = document.getElementById("result");
const failure = document.getElementById("failure");
const token = new URLSearchParams(location.search).get("token") ?? "";
button.hidden = false;
button.addEventListener("click", async () => {
  button.disabled = true;
  failure.hidden = true;
  result.textContent = "";
  try {
    const response = await fetch("../api/auth/phone/change/cancel/", {
      method: "POST",
      headers: { "content-type": "application/json", "accept-language": document.documentElement.lang },
      credentials: "omit",
      body: JSON.stringify({ token }),
    });
    result.textContent = (await response.json()).message;
    if (response.ok) button.hidden = true;
  } catch {
    failure.hidden = false;
  }
  button.disabled = false;
});
`;
