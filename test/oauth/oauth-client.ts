import { expect } from "chai";
import { recordSecret } from "../support/log.js";

/** What a client authenticates with. */
export interface Credentials {
  name: string;
  secret: string;
}

/** The response of one of OAuth's endpoints. */
export interface OAuthResponse {
  status: number;
  header: Headers;
  content: Record<string, unknown>;
}

/** The Authorization header of `client_secret_basic`. */
export function basic({ name, secret }: Credentials): string {
  const value = Buffer.from(`${encodeURIComponent(name)}:${encodeURIComponent(secret)}`).toString("base64");
  recordSecret(value);
  return `Basic ${value}`;
}

type Parameters = Record<string, string> | readonly (readonly [string, string])[] | string;

/** Sends a form, with client authentication if there are credentials. */
export async function post(
  url: string,
  parameters: Parameters,
  credentials: Credentials | null = null,
  headers: Record<string, string> = {},
): Promise<OAuthResponse> {
  const body =
    typeof parameters === "string" ? parameters : new URLSearchParams(parameters as never).toString();
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(credentials && { authorization: basic(credentials) }),
      ...headers,
    },
  });
  const content = (await response.json()) as Record<string, unknown>;
  if (typeof content.access_token === "string") recordSecret(content.access_token);
  return { status: response.status, header: response.headers, content };
}

/** The characters that an error's description may have (RFC 6749, section 5.2). */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

/** Expects an error as RFC 6749, section 5.2 has it. */
export function expectError(
  { status, header, content }: OAuthResponse,
  expectedStatus: number,
  code: string,
): void {
  expect({ status, error: content.error }, JSON.stringify(content)).to.deep.equal({
    status: expectedStatus,
    error: code,
  });
  expect(Object.keys(content)).to.deep.equal(["error", "error_description"]);
  expect(content.error_description).to.match(DESCRIPTION);
  expect(header.get("cache-control")).to.equal("no-store");
  expect(header.get("pragma")).to.equal("no-cache");
  expect(header.get("content-type")).to.equal("application/json");
  expect(header.get("content-language")).to.equal("en");
  const challenge = status === 401 ? 'Basic realm="waterbill", charset="UTF-8"' : null;
  expect(header.get("www-authenticate")).to.equal(challenge);
}
