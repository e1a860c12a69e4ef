import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves what is at `origin` below a path, and nothing beside it, as a proxy may. */
export async function serveBelow(path: string, origin: string) {
  const server = createServer((incoming, response) => {
    const { method, headers, url = "" } = incoming;
    if (!url.startsWith(`${path}/`)) {
      response.writeHead(404).end();
      return;
    }
    const outgoing = request(`${origin}${url.slice(path.length)}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}${path}`, close: () => server.close() };
}
