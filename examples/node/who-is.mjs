// Asks WaterBill Identity who the user of a request is: node examples/node/who-is.mjs localhost:8000 "Bearer eyJ…"
import { fileURLToPath } from "node:url";
import { credentials, loadPackageDefinition, Metadata, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const proto = fileURLToPath(new URL("../../proto", import.meta.url));
const definition = loadSync("waterbill/identity/v1/profile_service.proto", { includeDirs: [proto] });
const { ProfileService } = loadPackageDefinition(definition).waterbill.identity.v1;

const HTTP_STATUS = { [status.UNAUTHENTICATED]: 401, [status.RESOURCE_EXHAUSTED]: 429 };

/** Resolves with the user that the Authorization header of a request stands for. Rejects with a ServiceError. */
export function whoIs(profiles, authorization) {
  const metadata = new Metadata();
  metadata.set("authorization", authorization);
  return new Promise((resolve, reject) => {
    profiles.GetProfile({}, metadata, { deadline: Date.now() + 5000 }, (error, response) => {
      if (error) reject(error);
      else resolve(response.user);
    });
  });
}

/** The status for this service's own client. */
export function httpStatus(error) {
  return HTTP_STATUS[error.code] ?? 503;
}

const [address, authorization] = process.argv.slice(2);
// Behind TLS: credentials.createSsl().
const profiles = new ProfileService(address, credentials.createInsecure());
try {
  const user = await whoIs(profiles, authorization);
  console.log(200, user.id, user.phone, user.fullName);
} catch (error) {
  console.log(httpStatus(error), error.details);
  process.exitCode = 1;
}
profiles.close();
