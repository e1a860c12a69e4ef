import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { invalidField } from "../errors.js";
import { PROFILE_FIELDS, type ProfileField, type ProfileValues } from "./update-profile.js";

/**
 * The fields that an UpdateProfile is about: the mask's, or without a mask every one that is not empty (AIP-134).
 * Throws INVALID_REQUEST for a path that is none of them, read-only fields included.
 */
export function fieldsToUpdate(values: ProfileValues, mask: FieldMask | undefined): readonly ProfileField[] {
  if (!mask) return PROFILE_FIELDS.filter((field) => values[field]);
  return mask.paths.map((path) => {
    if (isProfileField(path)) return path;
    throw invalidField("update_mask", (m) => m.fieldInvalid);
  });
}

function isProfileField(path: string): path is ProfileField {
  return (PROFILE_FIELDS as readonly string[]).includes(path);
}
