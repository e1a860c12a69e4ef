import { protoSnakeCase } from "@bufbuild/protobuf/reflect";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import type { Profile } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { invalidField } from "../errors.js";
import {
  PROFILE_FIELDS,
  type ProfileField,
  type ProfileUpdate,
  type ProfileValues,
} from "./profile-update.js";

/** What a request with a profile and a mask changes. Throws INVALID_REQUEST as `fieldsToUpdate` does. */
export function toProfileUpdate(request: {
  profile?: Profile | undefined;
  updateMask?: FieldMask | undefined;
}): ProfileUpdate {
  const { profile, updateMask } = request;
  const values = {
    first_name: profile?.firstName ?? "",
    last_name: profile?.lastName ?? "",
    email: profile?.email ?? null,
    address: profile?.address ?? null,
    apartment_name: profile?.apartmentName ?? null,
  };
  return { fields: fieldsToUpdate(values, updateMask), values };
}

/**
 * Returns the fields that an update changes: those in the mask, in either spelling of their names, or without a mask
 * every non-empty one (AIP-134).
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
