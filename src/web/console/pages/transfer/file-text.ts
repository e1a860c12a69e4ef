/**
 * Reads a text file in pieces, as the service decodes it: UTF-16 if it has that byte order mark, otherwise UTF-8, and
 * Windows-1252 if it is no valid UTF-8. Byte order marks are dropped. Rejects with a NotReadableError if the file has changed.
 */
export async function* readFileText(file: Blob): AsyncGenerator<string> {
  const decoder = new TextDecoder(await encodingOf(file));
  for await (const bytes of readBytes(file)) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

async function encodingOf(file: Blob): Promise<string> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return (await isUtf8(file)) ? "utf-8" : "windows-1252";
}

async function isUtf8(file: Blob): Promise<boolean> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const isValid = (decode: () => void) => {
    try {
      decode();
      return true;
    } catch {
      return false;
    }
  };
  for await (const bytes of readBytes(file)) {
    if (!isValid(() => decoder.decode(bytes, { stream: true }))) return false;
  }
  return isValid(() => decoder.decode());
}

/** Not every browser iterates streams. */
async function* readBytes(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}
