import { toJson } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  RetryInfoSchema,
} from "#gen/google/rpc/error_details_pb.js";
import { ChallengeSchema } from "#gen/waterbill/identity/v1/challenge_pb.js";
import { ErrorReason } from "#gen/waterbill/identity/v1/error_reason_pb.js";
import { DomainError, ERROR_TABLE, overloaded, type Reason, rateLimited } from "../../../src/errors.js";
import { bodyTooLarge, compressionUnsupported } from "../../../src/http/request-error.js";
import { localize } from "../../../src/messages/catalogue.js";
import { toConnectError } from "../../../src/rpc/interceptors/report-errors.js";

describe("toConnectError", () => {
  for (const reason of Object.keys(ERROR_TABLE) as Reason[]) {
    it(`renders ${reason} as in the error table`, () => {
      const error = toConnectError(new DomainError(reason), "fr");
      const message = localize("fr", ERROR_TABLE[reason].message);
      expect(error.code).to.equal(ERROR_TABLE[reason].code);
      expect(error.rawMessage).to.equal(message);
      expect(error.findDetails(ErrorInfoSchema)).to.deep.include({
        $typeName: "google.rpc.ErrorInfo",
        reason,
        domain: "identity.waterbill",
        metadata: {},
      });
      expect(error.findDetails(LocalizedMessageSchema)[0]).to.include({ locale: "fr", message });
    });
  }

  it("covers every reason of the .proto file", () => {
    const names = Object.keys(ErrorReason).filter((name) => Number.isNaN(Number(name)));
    expect(Object.keys(ERROR_TABLE)).to.have.members(
      names.filter((name) => name !== "ERROR_REASON_UNSPECIFIED"),
    );
  });

  it("is in English on request", () => {
    const error = toConnectError(new DomainError("PHONE_TAKEN"), "en");
    expect(error.rawMessage).to.equal("A user with this phone number already exists.");
    expect(error.findDetails(LocalizedMessageSchema)[0]?.locale).to.equal("en");
  });

  it("names each invalid field, with its message", () => {
    const fields = [
      { field: "password", message: () => "one" },
      { field: "profile.email", message: () => "two" },
    ];
    const error = toConnectError(new DomainError("INVALID_REQUEST", { fields }), "fr");
    const violations = error.findDetails(BadRequestSchema)[0]?.fieldViolations;
    expect(violations?.map(({ field, description }) => [field, description])).to.deep.equal([
      ["password", "one"],
      ["profile.email", "two"],
    ]);
  });

  it("has no BadRequest when no field is invalid", () => {
    expect(toConnectError(new DomainError("CODE_INCORRECT"), "fr").findDetails(BadRequestSchema)).to.be.empty;
  });

  it("has the time to retry in a detail and a header", () => {
    for (const failure of [rateLimited(42, { limit: 5, resetAt: 1_772_366_442 }), overloaded(42)]) {
      const error = toConnectError(failure, "fr");
      expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(42n);
      expect(error.metadata.get("retry-after")).to.equal("42");
    }
    const throttled = toConnectError(rateLimited(42, { limit: 5, resetAt: 1_772_366_442 }), "fr");
    expect(Object.fromEntries(throttled.metadata)).to.include({
      "x-ratelimit-limit": "5",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1772366442",
    });
    const error = toConnectError(new DomainError("CODE_INCORRECT"), "fr");
    expect(error.findDetails(RetryInfoSchema)).to.be.empty;
    expect(error.metadata.get("retry-after")).to.equal(null);
  });

  it("has the challenge of an error about a code in a detail", () => {
    const challenge = {
      expiresAt: new Date("2026-03-01T12:10:00Z"),
      resendAt: new Date("2026-03-01T12:01:00Z"),
      attemptsLeft: 4,
      sendsLeft: 3,
      delivery: "accepted",
    } as const;
    const error = toConnectError(new DomainError("CODE_INCORRECT", { challenge }), "fr");
    const [detail] = error.findDetails(ChallengeSchema);
    expect(detail && toJson(ChallengeSchema, detail)).to.deep.equal({
      expiresAt: "2026-03-01T12:10:00Z",
      resendAt: "2026-03-01T12:01:00Z",
      attemptsLeft: 4,
      sendsLeft: 3,
      codeLength: 6,
      delivery: "DELIVERY_ACCEPTED",
    });
    expect(toConnectError(new DomainError("CODE_INCORRECT"), "fr").findDetails(ChallengeSchema)).to.be.empty;
  });

  it("requests a bearer token if one is missing, and only then", () => {
    const challenge = (reason: Reason) =>
      toConnectError(new DomainError(reason), "fr").metadata.get("www-authenticate");
    expect(challenge("UNAUTHENTICATED")).to.equal("Bearer");
    expect(challenge("CREDENTIALS_REJECTED")).to.equal(null);
  });

  it("hides an unexpected error from the caller, and keeps it for the log", () => {
    for (const cause of [
      new Error("SELECT secret"),
      "text",
      undefined,
      new ConnectError("text", Code.DataLoss),
    ]) {
      const error = toConnectError(cause, "fr");
      expect(error.code).to.equal(Code.Internal);
      expect(error.rawMessage).to.equal("Erreur interne du serveur.");
      expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal("INTERNAL");
      expect(error.cause).to.equal(cause);
    }
  });

  it("keeps the code of a library's error, without its message", () => {
    for (const code of [Code.Canceled, Code.Aborted, Code.Unimplemented]) {
      const error = toConnectError(new ConnectError("words", code), "fr");
      expect([error.code, error.rawMessage]).to.deep.equal([code, ""]);
    }
    const late = toConnectError(new ConnectError("words", Code.DeadlineExceeded), "fr");
    expect([late.code, late.rawMessage]).to.deep.equal([
      Code.DeadlineExceeded,
      "Le délai de la requête est dépassé.",
    ]);
  });

  it("reports an unreadable request as INVALID_REQUEST, with the code of its protocol", () => {
    expect(toConnectError(bodyTooLarge(), "fr").code).to.equal(Code.InvalidArgument);
    const error = toConnectError(compressionUnsupported(), "fr");
    expect(error.code).to.equal(Code.Unimplemented);
    expect(error.metadata.get("accept-encoding")).to.equal("gzip");
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal("INVALID_REQUEST");
  });
});
