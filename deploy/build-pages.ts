import { buildConsole } from "./build-console.js";

// Before `npm run dev`: a server that runs from source serves the console of the last build.
await buildConsole("dist/console");
