import { acquireDirectoryLock } from "../../../src/db/embedded/directory-lock.js";

// A process that locks the given folder, prints a line, and keeps running.
await acquireDirectoryLock(process.argv[2] ?? "", 0, () => {});
console.log("locked");
