import { expect } from "chai";
import type { Serving } from "../support/serve.js";

/** Sends one REST request; a body that is no text goes as JSON. */
export type Send = (
  verb: string,
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

/** What a refusal says; it always says it in an envelope. */
export async function refusal(answer: Promise<Response>): Promise<Refusal> {
  const response = await answer;
  expect(response.headers.get("content-type")).equal("application/json; charset=utf-8");
  const { status, message, data } = (await response.json()) as Omit<Refusal, "status"> & { status: string };
  expect(status).equal("error");
  return { status: response.status, header: response.headers, message, data };
}
