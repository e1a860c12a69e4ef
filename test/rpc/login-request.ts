import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { LoginRequestSchema } from "#gen/waterbill/identity/v1/auth_service_pb.js";

/** A valid Login request, in each encoding. */
const request = create(LoginRequestSchema, { phone: "675799743", password: "Motdepasse123!" });

export const loginPath = "/waterbill.identity.v1.AuthService/Login";
export const binaryLogin = toBinary(LoginRequestSchema, request);
export const jsonLogin = toJsonString(LoginRequestSchema, request);

/** A Login request whose phone is not UTF-8. */
export const invalidUtf8 = Buffer.from([0x0a, 2, 0xc3, 0x28]);
