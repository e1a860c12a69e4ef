import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  RetryInfoSchema,
} from "#gen/google/rpc/error_details_pb.js";
import { ErrorReason } from "#gen/waterbill/identity/v1/error_reason_pb.js";
import { DomainError, ERROR_TABLE, overloaded, type Reason, rateLimited } from "../../../src/errors.js";
import { bodyTooLarge, compressionUnsupported } from "../../../src/http/request-error.js";
import { localize } from "../../../src/messages/catalogue.js";
import { toConnectError } from "../../../src/rpc/interceptors/report-errors.js";

describe("toConnectError", () => {
  for (const reason of Object.keys(ERROR_TABLE) as Reason[]) {
    it(`renders ${reason} as the table says`, () => {
      const error = toConnectError(new DomainError(reason), "fr");
      const message = localize("fr", ERROR_TABLE[reason].message);
      expect(error.code).equal(ERROR_TABLE[reason].code);
      expect(error.rawMessage).equal(message);
      expect(error.findDetails(ErrorInfoSchema)).deep.include({
        $typeName: "google.rpc.ErrorInfo",
        reason,
        domain: "identity.waterbill",
        metadata: {},
      });
      expect(error.findDetails(LocalizedMessageSchema)[0]).include({ locale: "fr", message });
    });
  }

  it("knows every reason of the .proto file", () => {
    const names = Object.keys(ErrorReason).filter((name) => Number.isNaN(Number(name)));
    expect(Object.keys(ERROR_TABLE)).have.members(
      names.filter((name) => name !== "ERROR_REASON_UNSPECIFIED"),
    );
  });

  it("speaks English to whom asks", () => {
    const error = toConnectError(new DomainError("PHONE_TAKEN"), "en");
    expect(error.rawMessage).equal("A user with this phone number already exists.");
    expect(error.findDetails(LocalizedMessageSchema)[0]?.locale).equal("en");
  });

  it("names each field at fault, with its message", () => {
    const fields = [
      { field: "password", message: () => "one" },
      { field: "profile.email", message: () => "two" },
    ];
    const error = toConnectError(new DomainError("INVALID_REQUEST", { fields }), "fr");
    const violations = error.findDetails(BadRequestSchema)[0]?.fieldViolations;
    expect(violations?.map(({ field, description }) => [field, description])).deep.equal([
      ["password", "one"],
      ["profile.email", "two"],
    ]);
  });

  it("has no BadRequest where no field is at fault", () => {
    expect(toConnectError(new DomainError("CODE_INCORRECT"), "fr").findDetails(BadRequestSchema)).empty;
  });

  it("says when to try again, in a detail and a header", () => {
    for (const failure of [rateLimited(42), overloaded(42)]) {
      const error = toConnectError(failure, "fr");
      expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).equal(42n);
      expect(error.metadata.get("retry-after")).equal("42");
    }
    const error = toConnectError(new DomainError("CODE_INCORRECT"), "fr");
    expect(error.findDetails(RetryInfoSchema)).empty;
    expect(error.metadata.get("retry-after")).equal(null);
  });

  it("asks for a bearer token where one is missing, and only there", () => {
    const challenge = (reason: Reason) =>
      toConnectError(new DomainError(reason), "fr").metadata.get("www-authenticate");
    expect(challenge("UNAUTHENTICATED")).equal("Bearer");
    expect(challenge("CREDENTIALS_REJECTED")).equal(null);
  });

  it("says nothing of what isn't ours, and keeps it for the log", () => {
    for (const cause of [
      new Error("SELECT secret"),
      "text",
      undefined,
      new ConnectError("text", Code.DataLoss),
    ]) {
      const error = toConnectError(cause, "fr");
      expect(error.code).equal(Code.Internal);
      expect(error.rawMessage).equal("Erreur interne du serveur.");
      expect(error.findDetails(ErrorInfoSchema)[0]?.reason).equal("INTERNAL");
      expect(error.cause).equal(cause);
    }
  });

  it("keeps how a call ended, without the library's words", () => {
    for (const code of [Code.Canceled, Code.Aborted, Code.Unimplemented]) {
      const error = toConnectError(new ConnectError("words", code), "fr");
      expect([error.code, error.rawMessage]).deep.equal([code, ""]);
    }
    const late = toConnectError(new ConnectError("words", Code.DeadlineExceeded), "fr");
    expect([late.code, late.rawMessage]).deep.equal([
      Code.DeadlineExceeded,
      "Le délai de la requête est dépassé.",
    ]);
  });

  it("calls a request that can't be read INVALID_REQUEST, with the code its protocol wants", () => {
    expect(toConnectError(bodyTooLarge(), "fr").code).equal(Code.InvalidArgument);
    const error = toConnectError(compressionUnsupported(), "fr");
    expect(error.code).equal(Code.Unimplemented);
    expect(error.metadata.get("accept-encoding")).equal("gzip");
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).equal("INVALID_REQUEST");
  });
});
