// Runs worker.ts as it is, in development and in tests: on Node 20 a thread does not inherit tsx.
import { register } from "tsx/esm/api";

register();
await import("./worker.js");
