import { acquireDirectoryLock } from "../../../src/db/embedded/directory-lock.js";

// A process that takes the folder it is given, says so, and stays.
await acquireDirectoryLock(process.argv[2] ?? "", 0, () => {});
console.log("owner");
