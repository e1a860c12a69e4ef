/**
 * Returns a function that reads a content, and shares it with everybody who still uses it: many responses to slow clients
 * take the memory of one. A content that is not used any more is read again.
 */
export function shareContent(read: () => Promise<Buffer>): () => Promise<Buffer> {
  let inUse: WeakRef<Buffer> | undefined;
  let reading: Promise<Buffer> | undefined;

  async function readAnew(): Promise<Buffer> {
    try {
      const content = await read();
      inUse = new WeakRef(content);
      return content;
    } finally {
      reading = undefined;
    }
  }

  return async () => {
    const content = inUse?.deref();
    if (content) return content;
    reading ??= readAnew();
    return reading;
  };
}
