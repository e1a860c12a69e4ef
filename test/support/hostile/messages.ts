import {
  create,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
} from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { SeededRandom } from "../seeded-random.js";
import { damage, hostileJson, hostileText } from "./values.js";

/** What a caller who knows the service would put into requests. */
export interface Known {
  /** Numbers of accounts and whitelist entries, which no hostile request signs in with. */
  phones: readonly string[];
  password: string;
  /** A refresh token of one of the accounts. */
  refresh: string;
}

/** Values as a client would send them, by the field's name. */
const VALUES: readonly [name: RegExp, value: (known: Known, random: SeededRandom) => JsonValue][] = [
  [/phone/, ({ phones }, random) => random.pick(phones)],
  [/password/, ({ password }) => password],
  [/^refresh$/, ({ refresh }) => refresh],
  [/^code$/, () => "123456"],
  [/^(token|session_id)$/, () => "5f0c1e9a-7d3b-4b52-9f0e-2c8a6d1b4e77"],
  [/^registration$/, () => "Zm9yIHRoZSB0ZXN0cyEhIQ"],
  [/^device$/, () => "Zm9yIHRoZSB0ZXN0cyEhIQ"],
  [/^email$/, () => "john@example.com"],
  [/^update_mask$/, () => "firstName,email"],
  [/_(after|before)$/, () => "2026-03-01T12:00:00Z"],
  [/^format$/, () => 1],
  [/^(role|state)$/, (_, random) => 1 + random.integer(3)],
  [/^delimiter$/, () => ";"],
  [/^page_size$/, (_, random) => random.integer(50)],
  [/^(page_token|order_by)$/, () => ""],
  [/^(is_\w+|omit_\w+|remove|dry_run|all_or_nothing|bom)$/, (_, random) => random.once(2)],
  [/^/, () => "A1"],
];

function plausibleValue(field: DescField, known: Known, random: SeededRandom): JsonValue {
  if (field.fieldKind === "list") {
    if (field.message) return [plausibleMessage(field.message, known, random)];
    return field.name === "phones" ? [random.pick(known.phones), hostileText(random)] : [];
  }
  const isOwn = field.fieldKind === "message" && field.message.typeName.startsWith("waterbill.");
  if (isOwn) return plausibleMessage(field.message, known, random);
  const [, value] = VALUES.find(([name]) => name.test(field.name))!;
  return value(known, random);
}

/** A message with all its fields; a bytes field, which is a file, stays empty. */
export function plausibleMessage(desc: DescMessage, known: Known, random: SeededRandom): JsonObject {
  const fields = desc.fields.filter(({ name }) => name !== "csv");
  return Object.fromEntries(fields.map((field) => [field.name, plausibleValue(field, known, random)]));
}

/** Source texts of the members of an object, some of them replaced, missing, repeated or misspelt. */
function hostileMembers(message: JsonObject, random: SeededRandom): string[] {
  const members = Object.entries(message).map(([name, value]) => [name, JSON.stringify(value)]);
  for (let change = random.integer(3); change >= 0; change--) {
    const member = random.pick(members) ?? ["a", "1"];
    random.pick([
      () => member.splice(1, 1, hostileJson(random)),
      () => member.splice(1, 1, hostileJson(random)),
      () => members.splice(members.indexOf(member), 1),
      () => members.push([member[0]!, hostileJson(random)]),
      () => members.push([random.pick(["__proto__", "", "\u0000", "is_staff", "ID"]), hostileJson(random)]),
      () => member.splice(0, 1, member[0]!.toUpperCase()),
    ])();
  }
  return members.map(([name, source]) => `${JSON.stringify(name)}:${source}`);
}

/** A JSON body: mostly an object with hostile members, now and then not even JSON. */
export function hostileJsonBody(message: JsonObject, random: SeededRandom): Buffer {
  const text = `{${hostileMembers(message, random).join(",")}}`;
  if (random.once(12)) return Buffer.from(hostileJson(random));
  if (random.once(12)) return Buffer.from(text, "utf16le");
  const body = Buffer.from(text);
  return random.once(6) ? damage(random, body) : body;
}

const WIRE_TYPES = [0, 1, 2, 3, 4, 5, 6, 7] as WireType[];

/** One field as protobuf would not write it. */
function writeHostileField(writer: BinaryWriter, number: number, random: SeededRandom): void {
  const delimited = () => writer.tag(number, WireType.LengthDelimited);
  random.pick([
    () => delimited().string(hostileText(random)),
    () => delimited().bytes(random.bytes(random.integer(30))),
    () => delimited().bytes(Buffer.from([0xff, 0xfe, 0x80])),
    () => writer.tag(number, WireType.Varint).uint64(random.pick([0n, 2n ** 31n, 2n ** 63n, 2n ** 64n - 1n])),
    () => writer.tag(number, WireType.Varint).raw(Buffer.alloc(11, 0xff)),
    () => delimited().uint32(random.pick([1, 1_000, 2 ** 31 - 1, 2 ** 32 - 1])),
    () => writer.tag(number, random.pick(WIRE_TYPES)).raw(random.bytes(random.integer(20))),
    () => writer.raw(Buffer.alloc(random.pick([10, 5_000]), (number << 3) | WireType.StartGroup)),
    () => writer.tag(random.pick([0, 19_000, 536_870_911]), WireType.Varint).uint32(1),
  ])();
}

/** A binary body: mostly a message with hostile fields, now and then damaged. */
export function hostileBinary(desc: DescMessage, message: JsonObject, random: SeededRandom): Buffer {
  const numbers = desc.fields.map(({ number }) => number);
  const writer = new BinaryWriter();
  writer.raw(toBinary(desc, random.once(8) ? create(desc) : fromJson(desc, message)));
  for (let change = random.integer(3); change >= 0; change--) {
    writeHostileField(writer, random.pick(numbers) ?? 1, random);
  }
  const body = Buffer.from(writer.finish());
  return random.once(6) ? damage(random, body) : body;
}
