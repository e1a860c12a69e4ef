import type { JsonObject } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import {
  AccountRole,
  type ListAccountsRequest,
  ListAccountsRequestSchema,
  type SetAccountRoleRequest,
  SetAccountRoleRequestSchema,
} from "#gen/waterbill/identity/v1/account_service_pb.js";
import {
  type UpdateProfileRequest,
  UpdateProfileRequestSchema,
} from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { ExportWhitelistEntriesRequestSchema } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { RequestError } from "../../src/http/request-error.js";
import { localize } from "../../src/messages/catalogue.js";
import { messageFromJson, type UnreadableFieldsError } from "../../src/rpc/json-message.js";
import { thrown } from "../support/rejection.js";

describe("messageFromJson", () => {
  const list = (json: JsonObject) => messageFromJson(ListAccountsRequestSchema, json) as ListAccountsRequest;
  const update = (json: JsonObject) =>
    messageFromJson(UpdateProfileRequestSchema, json) as UpdateProfileRequest;

  const joinedAfter = (text: string) =>
    timestampDate(list({ joined_after: text }).joinedAfter!).toISOString();

  /** The unreadable fields, each with its French message. */
  function fieldsOf(read: () => unknown): string[] {
    const error = thrown(read) as RequestError;
    expect(error).to.be.instanceOf(RequestError).and.include({ reason: "INVALID_REQUEST", status: 400 });
    return error.fields.map(({ field, message }) => `${field}: ${localize("fr", message)}`);
  }

  it("takes the name of an enum's value with its prefix or without", () => {
    const roleOf = (role: string) =>
      (messageFromJson(SetAccountRoleRequestSchema, { role }) as SetAccountRoleRequest).role;
    expect(roleOf("ACCOUNT_ROLE_STAFF")).to.equal(AccountRole.STAFF);
    expect(roleOf("STAFF")).to.equal(AccountRole.STAFF);
    for (const name of ["staff", "ROLE_STAFF", "ADMIN", "toString"]) {
      expect(fieldsOf(() => roleOf(name))).to.deep.equal(["role: Cette valeur n'est pas valide."]);
    }
  });

  it("takes a plain date for midnight UTC", () => {
    expect(joinedAfter("2026-01-31")).to.equal("2026-01-31T00:00:00.000Z");
    expect(joinedAfter("2024-02-29")).to.equal("2024-02-29T00:00:00.000Z");
    expect(joinedAfter("2026-01-31T12:30:00.5+01:00")).to.equal("2026-01-31T11:30:00.500Z");
  });

  it("names a date that can't be read or doesn't exist", () => {
    const message = "Saisissez une date comme 2026-01-31 ou 2026-01-31T12:00:00Z.";
    for (const text of [
      "",
      "hier",
      "31/01/2026",
      "2026-1-31",
      "2026-02-30",
      "2026-02-30T00:00:00Z",
      "2026-13-01",
      "2026-01-31T12:00",
      "2026-01-31 12:00:00Z",
      "+12026-01-31",
    ]) {
      expect(
        fieldsOf(() => list({ joinedBefore: text })),
        text,
      ).to.deep.equal([`joined_before: ${message}`]);
    }
    expect(fieldsOf(() => list({ joined_after: 5 }))).to.deep.equal([`joined_after: ${message}`]);
  });

  it("takes both spellings of field names and of the paths in a mask", () => {
    for (const mask of ["first_name,apartment_name", "firstName,apartmentName", "first_name,apartmentName"]) {
      const { profile, updateMask } = update({ profile: { first_name: "Ada" }, updateMask: mask });
      expect(profile?.firstName).to.equal("Ada");
      expect(updateMask?.paths, mask).to.deep.equal(["first_name", "apartment_name"]);
    }
  });

  it("names an unknown enum value, which proto JSON would ignore", () => {
    const read = () => messageFromJson(ExportWhitelistEntriesRequestSchema, { format: "EXPORT_FORMAT_XLS" });
    expect(fieldsOf(read)).to.deep.equal(["format: Cette valeur n'est pas valide."]);
  });

  it("names every field that can't be read, and reads the others", () => {
    const read = () =>
      list({ search: "doe", page_size: "many", is_active: "yes", joined_after: "x", other: [] });
    expect(fieldsOf(read).map((line) => line.split(":")[0])).to.deep.equal([
      "page_size",
      "is_active",
      "joined_after",
    ]);
    const { readable } = thrown(read) as UnreadableFieldsError;
    expect(readable).to.include({ search: "doe", pageSize: 0 });
  });

  it("names the fields of a nested message by their paths", () => {
    const wrongType = "Cette valeur n'a pas le bon type.";
    expect(fieldsOf(() => update({ profile: { firstName: 5, last_name: "Doe", email: [] } }))).to.deep.equal([
      `profile.first_name: ${wrongType}`,
      `profile.email: ${wrongType}`,
    ]);
    expect(fieldsOf(() => update({ profile: "Ada" }))).to.deep.equal([`profile: ${wrongType}`]);
  });

  it("reads the other fields of a nested message", () => {
    const read = () => update({ profile: { firstName: "Ada", last_name: 5 } });
    expect(fieldsOf(read)).to.have.length(1);
    const { profile } = (thrown(read) as UnreadableFieldsError).readable as UpdateProfileRequest;
    expect(profile).to.include({ firstName: "Ada", lastName: "" });
  });

  it("names a field that is sent in both spellings, and reads the others", () => {
    const invalid = "Cette valeur n'est pas valide.";
    const read = () => list({ page_size: 1, pageSize: 2, search: "doe" });
    expect(fieldsOf(read)).to.deep.equal([`page_size: ${invalid}`]);
    expect((thrown(read) as UnreadableFieldsError).readable).to.include({ search: "doe" });
    const nested = () => update({ profile: { firstName: "Ada", first_name: "Eve", email: 5 } });
    expect(fieldsOf(nested)).to.deep.equal([
      `profile.first_name: ${invalid}`,
      "profile.email: Cette valeur n'a pas le bon type.",
    ]);
  });

  it("ignores unknown keys, also inside a nested message", () => {
    expect(update({ nothing: 1, profile: { id: 7, first_name: "Ada" } }).profile?.firstName).to.equal("Ada");
    expect(list(JSON.parse('{"__proto__": {"search": "x"}, "constructor": 1}')).search).to.equal("");
  });
});
