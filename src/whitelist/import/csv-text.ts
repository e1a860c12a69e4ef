import { isUtf8 } from "node:buffer";
import { invalidField } from "../../errors.js";

/**
 * The text of a file that comes in pieces: UTF-16 when it says so with its mark, else UTF-8, and from the first byte on
 * that is not, Windows-1252, as spreadsheets write it (of which Latin-1 is a part). Marks are left out.
 * Throws INVALID_REQUEST for what is no text.
 */
export async function* decodeText(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decode: ((bytes: Buffer) => string) | null = null;
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    if (!decode && bytes.length < 3) {
      rest = bytes;
      continue;
    }
    decode ??= decoderFor(bytes);
    // A character that is cut in two is left for the next piece.
    const end = bytes.length - cutBytes(bytes);
    rest = bytes.subarray(end);
    yield checked(decode(bytes.subarray(0, end)));
  }
  if (rest.length > 0) yield checked((decode ?? decoderFor(rest))(rest));
}

function decoderFor(start: Buffer): (bytes: Buffer) => string {
  const mark = start.toString("hex", 0, 2);
  if (mark === "fffe" || mark === "feff") {
    const utf16 = new TextDecoder(mark === "fffe" ? "utf-16le" : "utf-16be");
    return (bytes) => utf16.decode(bytes, { stream: true });
  }
  const utf8 = new TextDecoder("utf-8");
  let isValid = true;
  return (bytes) => {
    isValid &&= isUtf8(bytes);
    return isValid ? utf8.decode(bytes) : decodeWindows(bytes);
  };
}

/** What Windows-1252 has at 0x80 to 0x9F, where Latin-1 has control characters. */
const WINDOWS_1252_CHARACTERS = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** Node's own decoder of this name reads Latin-1. UTF-8's mark may stand before bytes that are none. */
function decodeWindows(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(/^ï»¿/, "")
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252_CHARACTERS.charAt(character.charCodeAt(0) - 0x80));
}

/** The bytes at the end that begin a character of UTF-8 and don't end it. */
function cutBytes(bytes: Buffer): number {
  for (let count = 1; count <= Math.min(3, bytes.length); count += 1) {
    const byte = bytes[bytes.length - count]!;
    const isContinuation = (byte & 0xc0) === 0x80;
    if (isContinuation) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > count ? count : 0;
  }
  return 0;
}

/** No text has this character; every other kind of file has. */
function checked(text: string): string {
  if (text.includes("\0")) {
    throw invalidField("csv", (m) => m.csvNotText);
  }
  return text;
}
