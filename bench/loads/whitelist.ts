import type { Subject } from "../measure/slice.js";
import { importLines, LISTED_COUNT, removeImported } from "../people/numbers.js";
import { callFor } from "../traffic/callers.js";
import { type Http1Client, http1Request } from "../traffic/http1-client.js";
import { startPsql } from "../traffic/psql.js";
import type { Group, Place } from "./load.js";
import { http1Subject, sendOk, withWork } from "./subjects.js";

// One administrator at a time imports and exports. The anchors are psql, whose work PostgreSQL does, so only the CPU time
// of all together is compared.

async function administrator(place: Place): Promise<Record<string, string>> {
  const [tokens] = await place.signIn(1, { isSuperuser: true });
  return { authorization: `Bearer ${tokens!.access}` };
}

/** Scripts for a psql that is connected to the database of `place`. */
function psqlSubject({ settings }: Place, nextScript: () => string): Subject {
  const psql = startPsql(settings.DATABASE_URL);
  const run = (durationMs: number) => callFor(durationMs, [() => psql.run(nextScript())]);
  return { pid: psql.pid, open: async () => ({ run, close: async () => {} }) };
}

/** Returns the lines of an import, of other numbers each time. */
function numberedImports(): () => string[] {
  let imports = 0;
  return () => {
    imports += 1;
    return importLines(imports);
  };
}

/** Takes the imported numbers off again after each slice, so that every import and export finds the same list. */
const removing = (place: Place, subject: Subject) =>
  withWork(subject, { after: () => removeImported(place.database) });

async function imports(place: Place): Promise<Subject> {
  await place.listNumbers();
  const headers = { ...(await administrator(place)), "content-type": "text/csv" };
  const path = "/api/auth/admin/whitelist/import/";
  const next = numberedImports();
  async function importFile(client: Http1Client): Promise<void> {
    const body = `phone,notes,is_active\r\n${next().join("\r\n")}\r\n`;
    await sendOk(client, http1Request({ method: "POST", path, headers, body }));
  }
  return removing(place, http1Subject(place.program, importFile, 1));
}

const COPY_FROM = "COPY whitelist_entries (phone, notes, is_active, added_at) FROM STDIN (FORMAT csv);";

async function copiesFrom(place: Place): Promise<Subject> {
  await place.listNumbers();
  const next = numberedImports();
  const nextScript = () =>
    [COPY_FROM, ...next().map((line) => `${line},2026-11-26T00:00:00Z`), "\\."].join("\n");
  return removing(place, psqlSubject(place, nextScript));
}

async function exports(place: Place): Promise<Subject> {
  await place.listNumbers();
  const headers = await administrator(place);
  const request = http1Request({ method: "GET", path: "/api/auth/admin/whitelist/export/", headers });
  async function exportFile(client: Http1Client): Promise<void> {
    const lines = String(await sendOk(client, request))
      .trimEnd()
      .split("\n");
    if (lines.length !== LISTED_COUNT + 1) throw new Error(`an export had ${lines.length} lines`);
  }
  return http1Subject(place.program, exportFile, 1);
}

const COPY_TO = `COPY (
    SELECT phone, notes, is_active FROM whitelist_entries ORDER BY added_at DESC, id DESC
  ) TO STDOUT (FORMAT csv, HEADER);`;

async function copiesTo(place: Place): Promise<Subject> {
  await place.listNumbers();
  return psqlSubject(place, () => COPY_TO);
}

/** Imports of a file of new numbers. */
export const importNumbers: Group = {
  name: "import",
  loads: [{ name: "import, 2,000 lines", measures: ["all"], anchors: ["COPY FROM"], connect: imports }],
  anchors: [{ name: "COPY FROM", connect: copiesFrom }],
};

/** Exports of the whole list as a file. */
export const exportNumbers: Group = {
  name: "export",
  loads: [{ name: "export, 10,000 numbers", measures: ["all"], anchors: ["COPY TO"], connect: exports }],
  anchors: [{ name: "COPY TO", connect: copiesTo }],
};
