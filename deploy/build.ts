import { buildProgram } from "./build-program.js";

// `npm run build`. Not in the module that tests import: one that awaits at its top can't be loaded by `require`, tsx compiles
// what is loaded in the other way differently, and a report of coverage can't merge the two.
await buildProgram("dist");
