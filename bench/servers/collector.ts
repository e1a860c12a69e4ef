import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { atEnd } from "./at-end.js";

/** Starts a collector of spans that takes and discards them, in this process, whose CPU time counts nowhere. Returns its URL. */
export async function startCollector(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.setHeader("content-type", "application/x-protobuf").end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
