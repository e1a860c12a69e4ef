import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { create, createFileRegistry, getExtension, getOption, toBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { field } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { credentials } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { expect } from "chai";
import { http } from "#gen/google/api/annotations_pb.js";
import { Access, access } from "#gen/waterbill/options/v1/access_pb.js";
import { single_line_max_len } from "#gen/waterbill/options/v1/rules_pb.js";
import { stopServing } from "../support/serve.js";
import { askReflection, authService, filesIn, serviceClass, startReflection } from "./reflection-client.js";

/** The files in the order in which a registry takes them: each after those that it imports. */
function dependenciesFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const visit = (file: FileDescriptorProto) => {
    for (const path of file.dependency) visit(files.find(({ name }) => name === path)!);
    ordered.add(file);
  };
  files.forEach(visit);
  return [...ordered];
}

for (const version of ["v1", "v1alpha"] as const) {
  describe(`reflected files, ${version}`, () => {
    const ask = (...requests: object[]) => askReflection(version, ...requests);

    afterEach(stopServing);

    it("keep the options of methods and fields", async () => {
      const file = filesIn((await ask({ file_containing_symbol: authService }))[0]);
      const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: dependenciesFirst(file) }));
      const login = registry.getService(authService)?.method.login;
      const firstName = registry.getMessage("waterbill.identity.v1.RegisterRequest")?.field.firstName;

      expect(login && getOption(login, access)).to.equal(Access.PUBLIC);
      expect(login && getOption(login, http).pattern).to.deep.include({
        case: "post",
        value: "/api/auth/login/",
      });
      const rules = firstName && getOption(firstName, field).type;
      expect(rules?.case === "string" && getExtension(rules.value, single_line_max_len)).to.equal(150);
    });

    it("are enough for a client to make calls", async () => {
      const file = filesIn((await ask({ file_containing_symbol: "grpc.health.v1.Health" }))[0]);
      const bytes = toBinary(FileDescriptorSetSchema, {
        $typeName: "google.protobuf.FileDescriptorSet",
        file,
      });
      const definition = loadFileDescriptorSetFromBuffer(Buffer.from(bytes), { enums: String });
      const { port } = await startReflection();
      const Health = serviceClass<{
        check(request: object, callback: (error: Error | null, response: { status: string }) => void): void;
        close(): void;
      }>(definition, "grpc.health.v1.Health");
      const client = new Health(`127.0.0.1:${port}`, credentials.createInsecure());
      const { status } = await new Promise<{ status: string }>((resolve, reject) => {
        client.check({}, (error, response) => (error ? reject(error) : resolve(response)));
      });
      client.close();

      expect(status).to.equal("SERVING");
    });

    it("work with buf curl", async () => {
      const { url } = await startReflection();
      const { stdout } = await promisify(execFile)("node_modules/.bin/buf", [
        "curl",
        ...["--http2-prior-knowledge", "--protocol", "grpc", "--reflect-protocol", `grpc-${version}`],
        `${url}/grpc.health.v1.Health/Check`,
      ]);

      expect(JSON.parse(stdout)).to.deep.equal({ status: "SERVING" });
    });
  });
}

describe("reflected files", () => {
  afterEach(stopServing);

  it("list methods to buf curl, also of services with options", async () => {
    const { url } = await startReflection();
    const { stdout } = await promisify(execFile)("node_modules/.bin/buf", [
      "curl",
      "--http2-prior-knowledge",
      "--list-methods",
      url,
    ]);

    expect(stdout.split("\n")).to.include.members([`${authService}/Login`, "grpc.health.v1.Health/Watch"]);
  });
});
