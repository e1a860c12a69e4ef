import { grpcHeader } from "../traffic/grpc-client.js";
import { jsonRequest } from "../traffic/http1-client.js";
import type { Group } from "./load.js";
import { grpcSubject, http1Subject, sendOk } from "./subjects.js";

const PATH = "/grpc.health.v1.Health/Check";

const grpcCheck = grpcHeader(PATH);

/** Calls that do nothing: what protocols, interceptors, limit and log cost. */
export const empty: Group = {
  name: "empty",
  loads: [
    {
      name: "empty, gRPC",
      measures: ["server", "all"],
      anchors: ["raw http2", "grpc-js"],
      connect: async ({ program }) => grpcSubject(program, (client) => client.call(grpcCheck)),
    },
    {
      name: "empty, Connect",
      measures: ["server", "all"],
      anchors: ["bare http"],
      async connect({ program }) {
        const request = jsonRequest(PATH, {});
        return http1Subject(program, (client) => sendOk(client, request));
      },
    },
  ],
  anchors: [
    {
      name: "raw http2",
      connect: async ({ start }) =>
        grpcSubject(await start("raw-http2.ts"), (client) => client.call(grpcCheck)),
    },
    {
      name: "grpc-js",
      connect: async ({ start }) =>
        grpcSubject(await start("grpc-js.ts"), (client) => client.call(grpcCheck)),
    },
    {
      name: "bare http",
      async connect({ program }) {
        const request = jsonRequest("/constant", {});
        return http1Subject(program, (client) => sendOk(client, request));
      },
    },
  ],
};
