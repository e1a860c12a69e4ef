/** Length (characters) of the column that keeps it. */
const MAX_LENGTH = 200;

/**
 * Makes a User-Agent header safe to store and to show: without control and invisible characters, white space collapsed,
 * at most 200 characters (code points). Empty if nothing is left.
 */
export function clientName(userAgent: string): string {
  const visible = userAgent
    .replace(/[\t-\r\p{Z}]/gu, " ")
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu, "");
  return [...visible.replace(/ +/g, " ").trim()].slice(0, MAX_LENGTH).join("").trimEnd();
}
