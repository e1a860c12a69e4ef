import type { SeededRandom } from "../seeded-random.js";

const TEXTS: readonly string[] = [
  "",
  " \t ",
  "\u0000",
  "a\u0000b",
  "\u001b[31m",
  "\ufeff+237670000002",
  "\u202e\u200b\u2066",
  "+237670000002\r\nX-Injected: 1",
  "٠١٢٣٤٥٦٧٨٩",
  "e\u0301\u0301\u0301",
  "👩‍👩‍👧‍👦",
  "\u{10ffff}",
  "' OR 1=1; DROP TABLE users; --",
  "%00%ff%zz%c0%ae",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an attack on template engines
  "${jndi:ldap://127.0.0.1/a}{{7*7}}",
  "<script>alert(1)</script>",
  "=1+1;@SUM(A1)",
  "../../../../etc/passwd",
  "null",
  "true",
  "-0",
  "1e999",
  "NaN",
  "0x1F",
  "2026-02-30T25:61:61Z",
  "0001-01-01T00:00:00Z",
  "10000-01-01T00:00:00.0000000001Z",
  "phone desc, id; --",
  "first_name,__proto__,.,profile..email",
  "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
  "(((((((((((((((((((((((((((((((((((((((((((((((((",
];

const LENGTHS = [17, 151, 255, 1_001, 65_536, 300_000];
const CHARACTERS = ["a", "9", "é", "\u0000", "\\", '"', "𝔸", " ", "%"];

/** A text that a field was not made for: control characters, other scripts, injections, very long ones. */
export function hostileText(random: SeededRandom): string {
  if (random.once(5)) return random.pick(CHARACTERS).repeat(random.pick(LENGTHS));
  if (random.once(5)) return random.bytes(random.integer(40)).toString("latin1");
  return random.pick(TEXTS);
}

/** A text as part of a URL, cut to a length that a header may have. */
export function inUrl(text: string): string {
  // Cutting may leave half a character, which can't be encoded.
  return encodeURIComponent(Buffer.from(text.slice(0, 1_000)).toString());
}

const JSON_SOURCES: readonly string[] = [
  "null",
  "true",
  "0",
  "-0",
  "1e400",
  "-1E-400",
  "4294967296",
  "9007199254740993",
  "1234567890123456789012345678901234567890",
  "0.1",
  "[]",
  "[[]]",
  "[null,null]",
  "{}",
  '{"seconds":1e30,"nanos":-1}',
  '{"__proto__":{"is_staff":true},"constructor":{"prototype":1}}',
  '"\\ud800"',
  '"\\ud83d\\u0000"',
  '"\\u0000"',
  // Not JSON.
  "NaN",
  "01",
  "+1",
  "0x10",
  "'a'",
  "undefined",
  '"\\x41"',
  '"a\nb"',
];

function nested(random: SeededRandom): string {
  const depth = random.pick([10, 99, 1_000, 50_000]);
  return random.once(2)
    ? "[".repeat(depth) + "]".repeat(depth)
    : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}

/** The source text of a JSON value of any type, sometimes of none. */
export function hostileJson(random: SeededRandom): string {
  if (random.once(12)) return nested(random);
  return random.once(2) ? random.pick(JSON_SOURCES) : JSON.stringify(hostileText(random));
}

/** `bytes` with a part cut off, changed, repeated or added. */
export function damage(random: SeededRandom, bytes: Buffer): Buffer {
  const at = random.integer(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  return random.pick([
    () => before,
    () => after,
    () => Buffer.concat([before, random.bytes(1 + random.integer(8)), after.subarray(1)]),
    () => Buffer.concat([before, Buffer.from([0xff, 0xc0, 0xaf, 0xed, 0xa0, 0x80]), after]),
    () => Buffer.concat([before, bytes, after]),
    () => Buffer.concat([bytes, random.bytes(random.integer(64))]),
    () => Buffer.alloc(0),
    () => random.bytes(random.integer(200)),
  ])();
}
