/** Browsers read a file after the click that saves it. */
const REVOKE_AFTER_MS = 60_000;

/** Has the browser save a CSV file under a name with today's date. Returns the name. */
export function saveFile(content: Blob, name: string): string {
  const now = new Date();
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) =>
    String(part).padStart(2, "0"),
  );
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `${name}-${date.join("-")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
  return link.download;
}
