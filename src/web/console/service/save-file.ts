/** Time (ms) after which the browser has read what it saves. */
const READ_MS = 60_000;

/** Has the browser save a file that this page has made. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_MS);
}
