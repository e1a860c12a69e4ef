import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build, transform } from "esbuild";
import type { Page } from "playwright-core";
import { buildClientBundle } from "../../support/client-bundle.js";
import { useFixture } from "../../support/fixture.js";
import type { PageApp } from "./page-app.js";

/** A web app with the bundle of the client, on an origin of its own. */
interface WebApp {
  origin: string;
  /** The page that calls a service. It may send requests to that service and nowhere else. */
  address(service: { origin: string }, protocol?: "connect" | "grpc-web"): string;
  close(): Promise<void>;
}

const PAGE = `<!doctype html><html lang="en"><title>An app</title><link rel="icon" href="data:,">
<script type="module" src="/main.js"></script></html>`;

const MAIN = `import * as identity from "/identity-client.js";
import { createGrpcWebTransport } from "/grpc-web.js";
import { startApp } from "/page-app.js";
const query = new URLSearchParams(location.search);
const options = { baseUrl: query.get("service") };
if (query.get("protocol") === "grpc-web") options.transport = createGrpcWebTransport(options);
globalThis.app = startApp(identity, globalThis, options);`;

async function bundleGrpcWeb(): Promise<Uint8Array> {
  const contents = `export { createGrpcWebTransport } from "@connectrpc/connect-web";`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: "." },
    bundle: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0]!.contents;
}

async function readPageApp(): Promise<string> {
  const source = readFileSync(new URL("page-app.ts", import.meta.url), "utf8");
  return (await transform(source, { loader: "ts" })).code;
}

async function startWebApp(): Promise<WebApp> {
  const scripts = new Map<string, string | Uint8Array>([
    ["/main.js", MAIN],
    ["/identity-client.js", await buildClientBundle()],
    ["/grpc-web.js", await bundleGrpcWeb()],
    ["/page-app.js", await readPageApp()],
  ]);
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://app");
    const script = scripts.get(pathname);
    const connects = `connect-src ${searchParams.get("service")}`;
    response.writeHead(200, {
      "content-type": script ? "text/javascript" : "text/html",
      "content-security-policy": `default-src 'none'; script-src 'self'; img-src data:; ${connects}`,
    });
    response.end(script ?? PAGE);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    address: (service, protocol = "connect") =>
      `${origin}/?${new URLSearchParams({ service: service.origin, protocol })}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A web app for the tests of the describe (or file) that calls this. */
export function useWebApp(): WebApp {
  return useFixture(startWebApp, (app) => app.close());
}

/** Runs `work` in the page of a web app. It gets what it needs as its argument: it sees no variables of the test. */
export async function inPage<Result, Argument = undefined>(
  page: Page,
  work: (app: PageApp, argument: Argument) => Result | Promise<Result>,
  argument?: Argument,
): Promise<Result> {
  const app = await page.evaluateHandle<PageApp>("app");
  return app.evaluate(work as (app: PageApp, argument: unknown) => Result | Promise<Result>, argument);
}
