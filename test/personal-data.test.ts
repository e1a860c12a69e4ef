import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Model, ModelStatic } from "sequelize";
import { EXPORTED_COLUMNS } from "../src/export/export-store.js";
import { useTestContext } from "./support/test-context.js";

/** Tables without anything about people. */
const IMPERSONAL_TABLES = [
  "account_counts",
  ...["job_leases", "schema_migrations", "service_assertions", "service_secrets", "services"],
  ...["signing_keys", "whitelist_counts"],
];

/** Columns of other tables that tell nothing of anybody: random ids, digests of secrets, numbers of rows, counts. */
const IMPERSONAL_COLUMNS = [
  ...["account_history.key_id", "account_history.mac", "account_history.number"],
  ...["account_history_heads.mac", "account_history_heads.seal"],
  ...["activation_codes.code_digest", "activation_codes.expires_at", "activation_codes.id"],
  ...["activation_codes.number", "activation_codes.registration_id"],
  ...[
    "codes.attempts",
    "codes.code_digest",
    "codes.id",
    "codes.number",
    "codes.series",
    "codes.token_digest",
  ],
  "number_guesses.bucket",
  ...[
    "phone_changes.id",
    "phone_changes.is_counted",
    "phone_changes.is_request",
    "phone_changes.token_digest",
  ],
  ...["registrations.id", "registrations.named_attempts", "registrations.named_since"],
  ...["registrations.other_attempts", "registrations.other_since", "registrations.token_digest"],
  ...["sessions.confirmed_id", "sessions.refresh_id", "sessions.used_ids"],
  ...["sms_counts.bucket", "sms_counts.failed", "sms_counts.sent", "sms_sends.id"],
  ...["whitelist_entries.id", "whitelist_history.id"],
];

/** The columns that docs/personal-data.md lists, as `table.column`. */
function documentedColumns(): string[] {
  const guide = readFileSync("docs/personal-data.md", "utf8");
  return [...guide.matchAll(/^\| `(\w+)` \| (`[^|]*`) \|/gm)].flatMap(([, table, columns = ""]) =>
    [...columns.matchAll(/`(\w+)`/g)].map(([, column]) => `${table}.${column}`),
  );
}

/** The columns that the guide says an export leaves out, each with a reason. */
function leftOutColumns(): string[] {
  const [, section = ""] = readFileSync("docs/personal-data.md", "utf8").split("### Export\n");
  return [...section.matchAll(/^\| (`\w+\.[^|]*) \| [^|]+ \|$/gm)].flatMap(([, columns = ""]) =>
    [...columns.matchAll(/`(\w+\.\w+)`/g)].map(([, column = ""]) => column),
  );
}

describe("personal data", () => {
  const context = useTestContext();

  const columns = () =>
    Object.values<ModelStatic<Model>>(context.testDatabase.database.models)
      .map((model) => ({ table: String(model.getTableName()), names: Object.keys(model.getAttributes()) }))
      .filter(({ table }) => !IMPERSONAL_TABLES.includes(table))
      .flatMap(({ table, names }) => names.map((name) => `${table}.${name}`));

  it("is listed in docs/personal-data.md, with every column that may hold some", () => {
    const known = new Set([...documentedColumns(), ...IMPERSONAL_COLUMNS]);
    const missing = columns().filter((column) => !known.has(column));
    expect(missing, "list these columns in docs/personal-data.md, or here if they are not personal").to.be
      .empty;
  });

  it("is listed once, and only in columns that exist", () => {
    const listed = [...documentedColumns(), ...IMPERSONAL_COLUMNS];
    const existing = new Set(columns());
    expect(listed.filter((column) => !existing.has(column))).to.deep.equal([]);
    expect(listed.filter((column, index) => listed.indexOf(column) < index)).to.deep.equal([]);
  });

  it("is in an export of the account, or left out with a reason", () => {
    const exported = Object.entries(EXPORTED_COLUMNS).flatMap(([table, names]) =>
      names.map((name) => `${table}.${name}`),
    );
    const settled = [...exported, ...leftOutColumns()];
    const known = new Set([...documentedColumns(), ...IMPERSONAL_COLUMNS]);
    expect(
      documentedColumns().filter((column) => !settled.includes(column)),
      "export these columns, or say in docs/personal-data.md why not",
    ).to.deep.equal([]);
    expect(settled.filter((column) => !known.has(column))).to.deep.equal([]);
    expect(settled.filter((column, index) => settled.indexOf(column) < index)).to.deep.equal([]);
  });
});
