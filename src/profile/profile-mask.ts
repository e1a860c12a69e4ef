import { protoSnakeCase } from "@bufbuild/protobuf/reflect";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { invalidField } from "../errors.js";
import { PROFILE_FIELDS, type ProfileField, type ProfileValues } from "./update-profile.js";

/**
 * Returns the fields that an UpdateProfile changes: those in the mask, in either spelling of their names, or without a
 * mask every non-empty one (AIP-134).
 * Throws INVALID_REQUEST for a path that is not an updatable field, such as a read-only one.
 */
export function fieldsToUpdate(values: ProfileValues, mask: FieldMask | undefined): readonly ProfileField[] {
  if (!mask) return PROFILE_FIELDS.filter((field) => values[field]);
  return mask.paths.map((path) => {
    const name = protoSnakeCase(path);
    if (isProfileField(name)) return name;
    throw invalidField("update_mask", (m) => m.fieldInvalid);
  });
}

function isProfileField(name: string): name is ProfileField {
  return (PROFILE_FIELDS as readonly string[]).includes(name);
}
