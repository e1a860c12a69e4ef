import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { http } from "#gen/google/api/annotations_pb.js";
import { access, scope } from "#gen/waterbill/options/v1/access_pb.js";
import { rejection } from "../support/rejection.js";
import { stopServing } from "../support/serve.js";
import { askReflection, authService, filesIn } from "./reflection-client.js";

for (const version of ["v1", "v1alpha"] as const) {
  describe(`reflection ${version}`, () => {
    const ask = (...requests: object[]) => askReflection(version, ...requests);

    afterEach(stopServing);

    it("lists the services", async () => {
      const [response] = await ask({ list_services: "" });

      expect(response?.valid_host).to.equal("a-host");
      expect(response?.list_services_response?.service.map(({ name }) => name)).to.deep.equal([
        authService,
        "grpc.health.v1.Health",
      ]);
    });

    it("returns the file of a symbol first, then its imports", async () => {
      const files = filesIn((await ask({ file_containing_symbol: authService }))[0]);

      expect(files[0]?.name).to.equal("waterbill/identity/v1/auth_service.proto");
      expect(files.map(({ name }) => name)).to.have.members([
        "waterbill/identity/v1/auth_service.proto",
        "waterbill/identity/v1/challenge.proto",
        "waterbill/identity/v1/user.proto",
        "waterbill/options/v1/access.proto",
        "waterbill/options/v1/format.proto",
        "waterbill/options/v1/rest.proto",
        "waterbill/options/v1/rules.proto",
        "google/api/annotations.proto",
        "google/api/http.proto",
        "buf/validate/validate.proto",
        "google/protobuf/descriptor.proto",
        "google/protobuf/duration.proto",
        "google/protobuf/field_mask.proto",
        "google/protobuf/timestamp.proto",
      ]);
    });

    it("finds methods, messages, fields, enums, their values and extensions by name", async () => {
      const requests: [symbol: string, file: string][] = [
        [`${authService}.Login`, "waterbill/identity/v1/auth_service.proto"],
        ["waterbill.identity.v1.User", "waterbill/identity/v1/user.proto"],
        ["waterbill.identity.v1.User.first_name", "waterbill/identity/v1/user.proto"],
        ["google.api.HttpRule.pattern", "google/api/http.proto"],
        ["waterbill.options.v1.Access", "waterbill/options/v1/access.proto"],
        ["waterbill.options.v1.ACCESS_USER", "waterbill/options/v1/access.proto"],
        ["waterbill.options.v1.access", "waterbill/options/v1/access.proto"],
        ["grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto"],
        ["grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto"],
        ["google.rpc.ErrorInfo", "google/rpc/error_details.proto"],
      ];
      const responses = await ask(...requests.map(([symbol]) => ({ file_containing_symbol: symbol })));

      const found = responses.map((response) => filesIn(response)[0]?.name);
      expect(found).to.deep.equal(requests.map(([, file]) => file));
    });

    it("sends an imported file once in a stream, and a requested file every time", async () => {
      const path = "google/api/annotations.proto";
      const responses = await ask(
        { file_by_filename: path },
        { file_by_filename: path },
        { file_by_filename: "google/api/http.proto" },
      );

      expect(
        responses.map((response) => response.file_descriptor_response?.file_descriptor_proto.length),
      ).to.deep.equal([3, 1, 1]);
    });

    it("finds extensions by number", async () => {
      const extendee = "google.protobuf.MethodOptions";
      const [numbers, file] = await ask(
        { all_extension_numbers_of_type: extendee },
        { file_containing_extension: { containing_type: extendee, extension_number: access.number } },
      );

      expect(numbers?.all_extension_numbers_response?.base_type_name).to.equal(extendee);
      expect(numbers?.all_extension_numbers_response?.extension_number).to.have.members([
        access.number,
        scope.number,
        http.number,
      ]);
      expect(filesIn(file)[0]?.name).to.equal("waterbill/options/v1/access.proto");
    });

    it("returns NOT_FOUND for an unknown name, and keeps the stream open", async () => {
      const responses = await ask(
        { file_by_filename: "nowhere.proto" },
        { file_containing_symbol: "waterbill.Nothing" },
        { file_containing_symbol: "__proto__" },
        { file_containing_extension: { containing_type: authService, extension_number: 1 } },
        {
          file_containing_extension: {
            containing_type: "google.protobuf.MethodOptions",
            extension_number: -1,
          },
        },
        { all_extension_numbers_of_type: authService },
        { all_extension_numbers_of_type: "waterbill.identity.v1.User" },
      );

      expect(responses.map((response) => response.error_response?.error_code)).to.deep.equal([
        5,
        5,
        5,
        5,
        5,
        5,
        undefined,
      ]);
      expect(responses.at(-1)?.all_extension_numbers_response?.base_type_name).to.equal(
        "waterbill.identity.v1.User",
      );
    });

    it("answers a thousand requests of a stream", async () => {
      const requests = Array.from({ length: 1_001 }, () => ({ list_services: "" }));
      expect(await ask(...requests.slice(1))).to.have.length(1_000);
      expect(await rejection(ask(...requests))).to.include({ code: status.RESOURCE_EXHAUSTED });
    });

    it("returns INVALID_ARGUMENT for a request of an unknown kind", async () => {
      const [response] = await ask({});

      expect(response?.error_response?.error_code).to.equal(3);
    });
  });
}
