import { setTimeout as delay } from "node:timers/promises";
import type { Subject } from "../measure/slice.js";
import type { Supply } from "../people/supply.js";
import { callAtRate } from "../traffic/callers.js";
import type { Group, Place } from "./load.js";
import { logins, verifyPassword } from "./login.js";
import { filling, profileRequests } from "./profile.js";
import { closeAll, connectAll, sendOk } from "./subjects.js";

/** Clients that log in over and over. */
const LOGIN_CALLERS = 32;
/** Time (ms) after which all of them wait for a hash. */
const RISE_MS = 200;
/** Time (ms) from one profile to the next: seldom enough not to add to the storm. */
const PROFILE_EVERY_MS = 10;
/** Connections that the profiles take turns on; more than are in flight even if each takes most of a second. */
const READERS = 64;
/** Few profiles are read meanwhile, so a slice takes longer than others. */
const SLICE_MS = 1000;

interface StormCalls {
  profiles: Supply<Buffer>;
  login(): Buffer;
}

/** Profiles are read at a fixed rate while others log in. Only the profiles count as calls. */
function storm({ program: { pid, port } }: Place, { profiles, login }: StormCalls): Subject {
  return filling(profiles, {
    pid,
    sliceMs: SLICE_MS,
    leadInMs: 0,
    async open() {
      const clients = await connectAll(port, LOGIN_CALLERS + READERS);
      const readers = clients.slice(LOGIN_CALLERS);
      let isOver = false;
      const logIn = async (client: (typeof clients)[number]) => {
        while (!isOver) await sendOk(client, login());
      };
      async function readProfile(): Promise<void> {
        const reader = readers.shift();
        if (!reader) throw new Error("profiles take too long for a storm");
        await sendOk(reader, profiles.take());
        readers.push(reader);
      }
      return {
        async run(durationMs) {
          const logIns = clients.slice(0, LOGIN_CALLERS).map(logIn);
          const reads = delay(RISE_MS)
            .then(() => callAtRate(durationMs, PROFILE_EVERY_MS, readProfile))
            .finally(() => {
              isOver = true;
            });
          const [traffic] = await Promise.all([reads, ...logIns]);
          return traffic;
        },
        close: () => closeAll(clients),
      };
    },
  });
}

/** Profiles that are read while 32 clients log in. */
export const stormGroup: Group = {
  name: "storm",
  loads: [
    {
      name: "profile in a storm",
      measures: ["p50"],
      anchors: ["bare storm"],
      connect: async (place) =>
        storm(place, { profiles: await profileRequests(place, "/api/profile/"), login: await logins(place) }),
    },
  ],
  anchors: [
    {
      name: "bare storm",
      connect: async (place) =>
        storm(place, { profiles: await profileRequests(place, "/profile"), login: () => verifyPassword }),
    },
  ],
};
