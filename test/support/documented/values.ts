import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { resolve } from "../api-document.js";
import { hostileText } from "../hostile/values.js";
import type { SeededRandom } from "../seeded-random.js";

/** Values that mean something to the service, by field name. */
export type Knowledge = Readonly<Record<string, readonly string[]>>;

const LETTERS = ["a", "b", "É", "9", " ", "-", "'", ",", "\u{1f600}", "\n", ";", "="];
const LENGTHS = [0, 1, 3, 4, 8, 20, 64, 65, 150, 151, 1000, 1001];

/** A value for a field with this schema: mostly a valid one, and sometimes anything. */
export function valueFor(
  random: SeededRandom,
  knowledge: Knowledge,
  name: string,
  schema: JsonObject,
): JsonValue {
  if (random.once(16)) return random.pick<JsonValue>([null, 7, true, [], {}, "", "x", -1, 1e30]);
  const known = knowledge[name];
  if (known && !random.once(4)) return random.pick(known);
  return ofSchema(random, knowledge, schema);
}

function ofSchema(random: SeededRandom, knowledge: Knowledge, reference: JsonObject): JsonValue {
  const schema = resolve(reference);
  if (schema.anyOf) return ofSchema(random, knowledge, random.pick(schema.anyOf as JsonObject[]));
  if (schema.enum) return random.pick(schema.enum as JsonValue[]);
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type;
  switch (type) {
    case "null":
      return null;
    case "boolean":
      return random.once(2);
    case "integer":
      return random.pick([
        0,
        1,
        50,
        Number(schema.minimum),
        Number(schema.maximum),
        Number(schema.maximum) + 1,
      ]);
    case "array":
      return [1, 2].map(() => ofSchema(random, knowledge, schema.items as JsonObject));
    case "object":
      return objectOf(random, knowledge, schema);
    default:
      return textOf(random, schema);
  }
}

/** An object with some of its properties, and mostly all that are required. */
export function objectOf(random: SeededRandom, knowledge: Knowledge, reference: JsonObject): JsonObject {
  const { properties = {}, required = [] } = resolve(reference);
  const names = Object.entries(properties as Record<string, JsonObject>).filter(([name]) =>
    (required as string[]).includes(name) ? !random.once(20) : random.once(2),
  );
  return Object.fromEntries(names.map(([name, schema]) => [name, valueFor(random, knowledge, name, schema)]));
}

function textOf(random: SeededRandom, { format, examples = [] }: JsonObject): string {
  if (random.once(6)) return hostileText(random);
  if ((examples as string[]).length > 0 && random.once(3)) return (examples as string[])[0]!;
  switch (format) {
    case "uuid":
      return random
        .bytes(16)
        .toString("hex")
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    case "date-time":
      return random.pick([
        "2026-01-31",
        "2026-11-02T17:45:12Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
      ]);
    case "email":
      return `${random.bytes(4).toString("hex")}@example.com`;
    case "phone":
      return `+2376${random.integer(1e8)}`;
    default:
      return Array.from({ length: random.pick(LENGTHS) }, () => random.pick(LETTERS)).join("");
  }
}
