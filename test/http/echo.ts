import type { ConnectionLimits } from "../../src/http/connection.js";
import type { NodeHandler } from "../../src/http/node-handler.js";

/** Responds at once with the protocol and the path. */
export const echo: NodeHandler = (request, response) => {
  response.end(`${request.httpVersion} ${request.url}`);
};

/** Time-outs that pass soon, for tests of what happens then. */
export const shortLimits: Partial<ConnectionLimits> = {
  headerMs: 200,
  requestMs: 300,
  idleMs: 400,
  lingerMs: 100,
};
