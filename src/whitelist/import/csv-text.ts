import { isUtf8 } from "node:buffer";
import { invalidField } from "../../errors.js";

/**
 * Decodes a text file as its chunks arrive: UTF-16 if it has that byte order mark, otherwise UTF-8, and from the first
 * chunk that is not valid UTF-8 Windows-1252 (a superset of Latin-1), as spreadsheets write it. Byte order marks are
 * dropped. Throws INVALID_REQUEST if the file is a workbook, or is not text.
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decode: ((bytes: Buffer) => string) | null = null;
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    if (!decode && bytes.length < SIGNATURE_BYTES) {
      rest = bytes;
      continue;
    }
    decode ??= decoderFor(bytes);
    // An incomplete character is kept for the next chunk.
    const end = bytes.length - incompleteBytes(bytes);
    rest = bytes.subarray(end);
    yield requireText(decode(bytes.subarray(0, end)));
  }
  if (rest.length > 0) yield requireText((decode ?? decoderFor(rest))(rest));
}

/** How the files of spreadsheet programs begin: ZIP archives (.xlsx, .ods) and OLE documents (.xls). */
const WORKBOOK_SIGNATURES = ["504b0304", "d0cf11e0"];

/** The length of each signature, which is also enough for a byte order mark. */
const SIGNATURE_BYTES = 4;

function decoderFor(start: Buffer): (bytes: Buffer) => string {
  if (WORKBOOK_SIGNATURES.includes(start.toString("hex", 0, SIGNATURE_BYTES))) {
    throw invalidField("csv", (m) => m.csvIsWorkbook);
  }
  const byteOrderMark = start.toString("hex", 0, 2);
  if (byteOrderMark === "fffe" || byteOrderMark === "feff") {
    const utf16 = new TextDecoder(byteOrderMark === "fffe" ? "utf-16le" : "utf-16be");
    return (bytes) => utf16.decode(bytes, { stream: true });
  }
  const utf8 = new TextDecoder("utf-8");
  let isValid = true;
  return (bytes) => {
    isValid &&= isUtf8(bytes);
    return isValid ? utf8.decode(bytes) : decodeWindows1252(bytes);
  };
}

/** The characters of Windows-1252 from 0x80 to 0x9F, where Latin-1 has control characters. */
const WINDOWS_1252_CHARACTERS = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** Node's own decoder of this name reads Latin-1. A UTF-8 byte order mark may precede bytes that are not UTF-8. */
function decodeWindows1252(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(/^ï»¿/, "")
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252_CHARACTERS.charAt(character.charCodeAt(0) - 0x80));
}

/** The length in bytes of the UTF-8 character that begins with `firstByte`. */
function characterLength(firstByte: number): number {
  if (firstByte >= 0xf0) return 4;
  if (firstByte >= 0xe0) return 3;
  return firstByte >= 0xc0 ? 2 : 1;
}

/** The number of bytes at the end that begin a UTF-8 character and do not complete it. */
function incompleteBytes(bytes: Buffer): number {
  for (let count = 1; count <= Math.min(3, bytes.length); count += 1) {
    const byte = bytes[bytes.length - count]!;
    const isContinuation = (byte & 0xc0) === 0x80;
    if (isContinuation) continue;
    return characterLength(byte) > count ? count : 0;
  }
  return 0;
}

/** Rejects a NUL character: text never has one, and every other kind of file does. */
function requireText(text: string): string {
  if (text.includes("\0")) throw invalidField("csv", (m) => m.csvNotText);
  return text;
}
