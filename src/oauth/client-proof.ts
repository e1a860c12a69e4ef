import type { ClientProof } from "../services/authenticate-client.js";
import type { Form } from "./form.js";
import { invalidClient, OAuthError } from "./oauth-error.js";

/** How clients may authenticate (https://www.iana.org/assignments/oauth-parameters). */
export const CLIENT_AUTH_METHODS = ["client_secret_basic", "private_key_jwt"];

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * Returns what a client proves itself by: a secret in the Authorization header (RFC 6749, section 2.3.1), or an assertion
 * in the form (RFC 7523, section 2.2).
 *
 * Throws `invalid_client` for a client that uses neither, and `invalid_request` for one that uses several ways or
 * contradicts itself.
 */
export function readClientProof(authorization: string | null, form: Form): ClientProof {
  const assertion = form.get("client_assertion");
  const hasSecret = form.has("client_secret");
  const ways = [authorization !== null, assertion !== undefined, hasSecret];
  if (ways.filter(Boolean).length > 1) {
    throw new OAuthError("invalid_request", "The client authenticates in more than one way.");
  }
  if (hasSecret) {
    // Clients that find out how to authenticate come here after a wrong secret in the header.
    throw invalidClient(
      "Client authentication failed. A secret works only in the Authorization header (client_secret_basic).",
    );
  }
  return assertion === undefined ? readBasic(authorization, form) : readAssertion(assertion, form);
}

function readAssertion(assertion: string, form: Form): ClientProof {
  if (form.get("client_assertion_type") !== ASSERTION_TYPE) {
    throw new OAuthError("invalid_request", `client_assertion_type must be ${ASSERTION_TYPE}.`);
  }
  return { name: form.get("client_id") ?? null, assertion };
}

/** Both parts are encoded as in a form, and then in base64. */
function readBasic(authorization: string | null, form: Form): ClientProof {
  if (authorization === null) throw invalidClient("Client authentication is required.");
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1];
  const [, name, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? "", "base64").toString()) ?? [];
  if (name === undefined || secret === undefined) throw invalidClient();
  const proof = { name: decodeFormValue(name), secret: decodeFormValue(secret) };
  if ((form.get("client_id") ?? proof.name) !== proof.name) {
    throw new OAuthError("invalid_request", "client_id names another client than the Authorization header.");
  }
  return proof;
}

/** A value that isn't encoded as it should be is taken as it is: none of ours needs encoding. */
function decodeFormValue(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll("&", "%26")}`).get("value") ?? "";
}
