import { openOrCreateFiles } from "../../../src/db/embedded/open-files.js";

// A process that creates the files of an embedded database in the given folder, opens them, and prints how many
// memories of WebAssembly its thread has made for that.
let memories = 0;
const webAssembly: { Memory: new (...args: unknown[]) => object } = Reflect.get(globalThis, "WebAssembly");
webAssembly.Memory = new Proxy(webAssembly.Memory, {
  construct(target, args) {
    memories += 1;
    return new target(...args);
  },
});
const files = await openOrCreateFiles(process.argv[2] ?? "");
console.log(memories);
await files.close();
