import { PAGE_SCRIPT } from "./page-script.js";

/** The script of the page that deletes an account. Link and code may be pasted with text or spaces around them. */
export const ACCOUNT_DELETION_SCRIPT = String.raw`${PAGE_SCRIPT}
const LINK_TOKEN = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const find = (id) => document.getElementById(id);
const texts = find("start").dataset;
const request = find("request");
const confirmation = find("confirm");
const phone = find("phone");
const link = find("token");
const code = find("code");
// The numbers that another SMS can't leave for yet, and from when it can.
const nextSends = new Map();

const digits = (text) => text.replace(/\D/g, "");

function linkToken() {
  const text = link ? link.value : new URLSearchParams(location.search).get("token") || "";
  return (LINK_TOKEN.exec(text) || [text])[0];
}

// Writes a time in the page's language, as this reader's region writes it.
function writeTime(element, time, format) {
  const { lang } = document.documentElement;
  const locale = navigator.language.split("-")[0] === lang ? navigator.language : lang;
  element.dateTime = time.toISOString();
  element.textContent = new Intl.DateTimeFormat(locale, format).format(time);
}

function reveal(element) {
  element.hidden = false;
  element.focus();
}

// REST names no field in errors of link and code: their messages do.
function fieldErrors({ message, data }) {
  if (message === texts.linkRejected) return { token: [message, texts.linkOver] };
  return [texts.codeIncorrect, texts.codeLocked].indexOf(message) < 0 ? data : { code: [message] };
}

const inputsOf = (form) => Array.from(form.querySelectorAll("input"));

function showErrors(form, response) {
  const errors = fieldErrors(response);
  const wrong = inputsOf(form).filter(({ name }) => errors[name]);
  wrong.forEach((input) => {
    input.setAttribute("aria-invalid", "true");
    find(input.id + "-error").textContent = errors[input.name].join(" ");
  });
  if (wrong.length > 0) wrong[0].focus();
  else alertIn(form, errors.token ? errors.token.join(" ") : response.message);
}

function alertIn(form, text) {
  form.querySelector("[role=alert]").textContent = text;
}

function clearErrors(form) {
  alertIn(form, "");
  inputsOf(form).forEach((input) => {
    input.removeAttribute("aria-invalid");
    find(input.id + "-error").textContent = "";
  });
}

// Calls a method when the form is submitted, and not again before the response is there. No body: no call.
function submitTo(path, form, read, succeed) {
  const button = form.querySelector("button");
  const status = form.querySelector("[role=status]");
  let isSending = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isSending) return;
    clearErrors(form);
    const body = read();
    if (!body) return;
    isSending = true;
    button.setAttribute("aria-disabled", "true");
    status.textContent = texts.sending;
    post(path, body)
      .then((response) => (response.isSuccess ? succeed(response, body) : showErrors(form, response)))
      .catch(() => alertIn(form, navigator.onLine ? texts.unreachable : texts.offline))
      .then(() => {
        isSending = false;
        button.removeAttribute("aria-disabled");
        status.textContent = "";
      });
  });
}

// The service says nothing of a number that it may not send to again: so the page does.
function readPhone() {
  const nextSend = nextSends.get(digits(phone.value));
  if (!nextSend) return { phone: phone.value };
  alertIn(request, texts.tooEarly + " " + nextSend);
  return null;
}

function showSent({ data, date }, body) {
  const next = new Date(data.challenge.resend_at);
  const number = digits(body.phone);
  writeTime(find("next-send"), next, { hour: "numeric", minute: "2-digit", second: "2-digit" });
  nextSends.set(number, find("next-send").textContent);
  // By the service's clock: that of the device may be wrong.
  setTimeout(() => nextSends.delete(number), next - new Date(date));
  const button = request.querySelector("button");
  button.textContent = button.dataset.again;
  confirmation.hidden = false;
  reveal(find("sent"));
}

function showDone({ data }) {
  const format = { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit" };
  writeTime(find("deletion-time"), new Date(data.deletion_at), Object.assign(format, { timeZoneName: "short" }));
  find("start").hidden = true;
  reveal(find("done"));
}

if (request) {
  request.hidden = false;
  submitTo("account/delete/request/", request, readPhone, showSent);
} else {
  confirmation.hidden = false;
}
submitTo(
  "account/delete/confirm/",
  confirmation,
  () => ({ token: linkToken(), code: code.value.replace(/\s/g, "") }),
  showDone,
);
`;
