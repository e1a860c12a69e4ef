import type { Subject } from "../measure/slice.js";
import { jsonRequest } from "../traffic/http1-client.js";
import type { Group, Place } from "./load.js";
import { http1Subject, sendOk } from "./subjects.js";

/** Sessions that take turns, so that none is refreshed twice within moments. */
const SESSIONS = 128;

async function refreshes(place: Place, path: string): Promise<Subject> {
  const tokens = (await place.signIn(SESSIONS)).map(({ refresh }) => refresh);
  return http1Subject(place.program, async (client) => {
    const body = await sendOk(client, jsonRequest(path, { refresh: tokens.shift() }));
    const response = JSON.parse(String(body)) as { refresh?: string; data?: { refresh: string } };
    tokens.push(response.refresh ?? response.data?.refresh ?? "");
  });
}

/** Refreshes, each with the token of the one before. */
export const refresh: Group = {
  name: "refresh",
  loads: [
    {
      name: "refresh",
      measures: ["server", "all"],
      anchors: ["bare refresh"],
      connect: (place) => refreshes(place, "/api/token/refresh/"),
    },
  ],
  anchors: [{ name: "bare refresh", connect: (place) => refreshes(place, "/refresh") }],
};
