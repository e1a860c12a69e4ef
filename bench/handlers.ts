import { compare, startShared } from "./compare.js";
import { grpcProfile, signUp } from "./loads.js";
import { startServerUnderTest } from "./server-under-test.js";

// `npm run bench:handlers` measures GetProfile over gRPC on the service, and on the service with the Connect library's
// handlers for unary calls: see docs/decisions/0001-own-unary-handlers.md. Both run from source, on one database.

const shared = await startShared();
try {
  const environment = { ...(await shared.environment("bench")), TOKEN_SECRET: "bench-".repeat(6) };
  const servers = [];
  for (const file of ["src/main.ts", "bench/library-server.ts"]) {
    const program = ["--import", "tsx", file];
    const server = await startServerUnderTest({ folder: ".", program, environment });
    shared.atEnd(server.stop);
    servers.push(server);
  }
  const account = await signUp(servers[0]!, "+237670000001");
  await compare([["profile over gRPC", grpcProfile]], servers, [account, account]);
} finally {
  await shared.stop();
}
