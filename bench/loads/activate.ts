import type { Subject } from "../measure/slice.js";
import { type Activation, addRegistrations } from "../people/registrations.js";
import { jsonRequest } from "../traffic/http1-client.js";
import type { Group, Place } from "./load.js";
import { http1Subject, sendOk, withWork } from "./subjects.js";

/** Registrations that wait when a slice begins: more than any can activate. */
const WAITING = 6000;

async function activations({ program, database, settings }: Place, path: string): Promise<Subject> {
  const codeKey = Buffer.from(settings.CODE_SECRET);
  const waiting: Activation[] = [];
  const subject = http1Subject(program, async (client) => {
    const activation = waiting.pop();
    if (!activation) throw new Error("no registration is left to activate");
    await sendOk(client, jsonRequest(path, activation));
  });
  return withWork(subject, {
    async before() {
      waiting.push(...(await addRegistrations(database, codeKey, WAITING - waiting.length)));
    },
  });
}

/** Activations of registrations that are there already. */
export const activate: Group = {
  name: "activate",
  loads: [
    {
      name: "activate",
      measures: ["server", "all"],
      anchors: ["bare activate"],
      connect: (place) => activations(place, "/api/activate/"),
    },
  ],
  anchors: [{ name: "bare activate", connect: (place) => activations(place, "/activate") }],
};
