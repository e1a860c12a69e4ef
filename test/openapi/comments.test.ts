import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { AuthService, LoginRequestSchema } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { DeliverySchema } from "#gen/waterbill/identity/v1/challenge_pb.js";
import { WhitelistChange_StateSchema } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { protoComments } from "../../deploy/api-document.js";
import { readComments, splitSummary } from "../../src/openapi/comments.js";

describe("readComments", () => {
  it("finds the comments of services, methods, messages, enums and their members", () => {
    const comments = protoComments();
    expect(comments.of(AuthService)).to.match(
      /^Registration, activation, .*\n\nEvery method can also fail with/,
    );
    expect(comments.of(AuthService.method.login)).to.include("which opens a session. It ends by logout");
    expect(comments.ofField(LoginRequestSchema.field.phone)).to.equal(
      "Any spelling of the account's phone number.",
    );
    expect(comments.of(WhitelistChange_StateSchema)).to.equal(
      "The content of an entry before or after the change.",
    );
    expect(comments.of(DeliverySchema)).to.match(/^What is known about the SMS/);
    expect(comments.ofValue(DeliverySchema.value[4]!)).to.equal("The message will not arrive.");
    expect(comments.ofField(LoginRequestSchema.field.password)).to.equal("");
  });

  it("has no comments of files without any", () => {
    const image = toBinary(
      FileDescriptorSetSchema,
      create(FileDescriptorSetSchema, { file: [{ name: "a.proto" }] }),
    );
    expect(readComments(image).of(AuthService)).to.equal("");
  });
});

describe("splitSummary", () => {
  it("divides a comment after its first sentence", () => {
    expect(splitSummary("Signs in. Fails with UNAUTHENTICATED.")).to.deep.equal({
      summary: "Signs in",
      rest: "Fails with UNAUTHENTICATED.",
    });
    expect(splitSummary("Needs REAUTHENTICATION_WINDOW (e.g. 5 minutes, v1.2).\n\nThe rest.")).to.deep.equal({
      summary: "Needs REAUTHENTICATION_WINDOW (e.g. 5 minutes, v1.2)",
      rest: "The rest.",
    });
    expect(splitSummary("One sentence.")).to.deep.equal({ summary: "One sentence", rest: "" });
    expect(splitSummary("")).to.deep.equal({ summary: "", rest: "" });
  });
});
