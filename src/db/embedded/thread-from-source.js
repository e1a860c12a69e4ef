// Runs a thread's module from source, in development and tests: on Node 20 a worker thread does not inherit tsx.
import { register } from "tsx/esm/api";

register();
await import(`./${process.argv[2]}.js`);
