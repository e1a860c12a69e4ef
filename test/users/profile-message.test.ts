import { create } from "@bufbuild/protobuf";
import { FieldMaskSchema } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { fieldsToUpdate } from "../../src/users/profile-message.js";
import { thrown } from "../support/rejection.js";

describe("fieldsToUpdate", () => {
  const values = { first_name: "Ada", last_name: "", email: null, address: null, apartment_name: null };
  const masked = (...paths: string[]) => fieldsToUpdate(values, create(FieldMaskSchema, { paths }));

  it("returns the fields of the mask, in either spelling of their names", () => {
    expect(masked("first_name", "apartmentName", "email")).to.deep.equal([
      "first_name",
      "apartment_name",
      "email",
    ]);
  });

  it("returns every field with a value if there is no mask", () => {
    expect(fieldsToUpdate(values, undefined)).to.deep.equal(["first_name"]);
  });

  it("refuses a path that is no field, or one that can't be changed", () => {
    for (const path of ["phone", "isStaff", "profile.first_name", ""]) {
      expect(
        thrown(() => masked(path)),
        path,
      ).to.deep.include({ reason: "INVALID_REQUEST" });
    }
  });
});
