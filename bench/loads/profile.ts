import type { Subject } from "../measure/slice.js";
import { createSupply, type Supply } from "../people/supply.js";
import { grpcHeader } from "../traffic/grpc-client.js";
import { http1Request, jsonRequest } from "../traffic/http1-client.js";
import type { Group, Load, Place } from "./load.js";
import { grpcSubject, http1Subject, sendOk, withWork } from "./subjects.js";

const PATH = "/waterbill.identity.v1.ProfileService/GetProfile";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What `toRequest` makes of access tokens. */
async function requestsOf(place: Place, toRequest: (token: string) => Buffer): Promise<Supply<Buffer>> {
  const supply = createSupply(async (count) => (await place.accessTokens(count)).map(toRequest));
  await supply.fill();
  return supply;
}

/** Requests for profiles over REST, or to the bare server. */
export function profileRequests(place: Place, path: string): Promise<Supply<Buffer>> {
  return requestsOf(place, (token) => http1Request({ method: "GET", path, headers: bearer(token) }));
}

/** Fills the supply before each slice. */
export const filling = (supply: Supply<Buffer>, subject: Subject) =>
  withWork(subject, { before: supply.fill });

async function profileReads(place: Place, path: string): Promise<Subject> {
  const requests = await profileRequests(place, path);
  return filling(
    requests,
    http1Subject(place.program, (client) => sendOk(client, requests.take())),
  );
}

const BASE = { measures: ["server", "all"], anchors: ["bare profile"] } as const satisfies Partial<Load>;

/** A frame of gRPC with an empty message. */
const EMPTY_MESSAGE = Buffer.alloc(5);

/** Reads of the own profile, over each protocol. */
export const profile: Group = {
  name: "profile",
  loads: [
    { ...BASE, name: "profile, REST", connect: (place) => profileReads(place, "/api/profile/") },
    {
      ...BASE,
      name: "profile, Connect",
      async connect(place) {
        const requests = await requestsOf(place, (token) => jsonRequest(PATH, {}, bearer(token)));
        return filling(
          requests,
          http1Subject(place.program, (client) => sendOk(client, requests.take())),
        );
      },
    },
    {
      ...BASE,
      name: "profile, gRPC",
      async connect(place) {
        const headers = await requestsOf(place, (token) => grpcHeader(PATH, bearer(token)));
        return filling(
          headers,
          grpcSubject(place.program, (client) => client.call(headers.take())),
        );
      },
    },
    {
      ...BASE,
      name: "profile, gRPC-Web",
      async connect(place) {
        const headersOf = (token: string) => ({
          "content-type": "application/grpc-web+proto",
          ...bearer(token),
        });
        const requests = await requestsOf(place, (token) =>
          http1Request({ method: "POST", path: PATH, headers: headersOf(token), body: EMPTY_MESSAGE }),
        );
        const subject = http1Subject(place.program, async (client) => {
          const body = await sendOk(client, requests.take());
          if (!body.includes("grpc-status: 0")) throw new Error(`a gRPC-Web call failed: ${body}`);
        });
        return filling(requests, subject);
      },
    },
  ],
  anchors: [{ name: "bare profile", connect: (place) => profileReads(place, "/profile") }],
};
