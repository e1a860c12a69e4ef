import { expect } from "chai";
import type { Serving } from "../support/serve.js";

/** Sends one REST request; a body that is not a string is sent as JSON. */
export type Send = (
  httpMethod: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Response>;

export function sendTo(server: Pick<Serving, "url">): Send {
  return (method, path, body, headers = {}) =>
    fetch(server.url + path, {
      method,
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
}

export interface Refusal {
  status: number;
  header: Headers;
  message: string;
  data: Record<string, string[]>;
}

/** The content of a refusal, which is always in an envelope. */
export async function refusal(call: Promise<Response>): Promise<Refusal> {
  const response = await call;
  expect(response.headers.get("content-type")).to.equal("application/json; charset=utf-8");
  const { status, message, data } = (await response.json()) as Omit<Refusal, "status"> & { status: string };
  expect(status).to.equal("error");
  return { status: response.status, header: response.headers, message, data };
}
