/**
 * What the scripts of pages begin with. They are in the JavaScript of 2015, without `async` and `?.`, because old phones
 * have old browsers. Addresses are relative, so that the service may be served below a path.
 */
export const PAGE_SCRIPT = `"use strict";
const TIMEOUT_MS = 30000;

// Resolves with the response of a method, and rejects if there is none, or not from this service.
function post(path, body) {
  const response = fetch("../api/auth/" + path, {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": document.documentElement.lang },
    credentials: "omit",
    body: JSON.stringify(body),
  }).then((response) =>
    response.json().then(({ message, data }) => {
      if (typeof message !== "string") throw new Error("not a response of this service");
      return { isSuccess: response.ok, date: response.headers.get("date"), message, data };
    }),
  );
  const timeout = new Promise((resolve, reject) => setTimeout(reject, TIMEOUT_MS));
  return Promise.race([response, timeout]);
}
`;
