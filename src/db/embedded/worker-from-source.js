// Runs worker.ts from source, in development and tests: on Node 20 a worker thread does not inherit tsx.
import { register } from "tsx/esm/api";

register();
await import("./worker.js");
