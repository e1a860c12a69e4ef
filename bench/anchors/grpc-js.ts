import { fileURLToPath } from "node:url";
import { Server, ServerCredentials, type ServiceDefinition, type sendUnaryData } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

// grpc.health.v1.Health on @grpc/grpc-js, without anything around it. Started with PORT.

const includeDirs = [fileURLToPath(new URL("../../proto", import.meta.url))];
const definition = loadSync("grpc/health/v1/health.proto", { includeDirs, enums: String });
const service = definition["grpc.health.v1.Health"] as ServiceDefinition;

const server = new Server();
server.addService(service, {
  Check: (_: unknown, respond: sendUnaryData<object>) => respond(null, { status: "SERVING" }),
});
server.bindAsync(`127.0.0.1:${process.env.PORT}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
