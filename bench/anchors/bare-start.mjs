import { createServer } from "node:http";

// A server that has nothing to load but node:http: what Node itself takes to start, and its memory. Started with PORT.

createServer((_, response) => response.end()).listen(Number(process.env.PORT), "127.0.0.1");
