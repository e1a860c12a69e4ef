/** Time (ms) after which the browser has read what it saves. */
const READ_MS = 60_000;

/** Has the browser save a file that this page has made. */
export function saveFile(name: string, content: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_MS);
}
