import type { DescMethod } from "@bufbuild/protobuf";

const nameOf = (method: DescMethod) => `${method.parent.name}.${method.name}`;

/** Methods that never carry an access token: a refused one would fail them. A test compares them with the service's. */
const PUBLIC_METHODS: ReadonlySet<string> = new Set([
  "AuthService.Register",
  "AuthService.Activate",
  "AuthService.ResendCode",
  "AuthService.Login",
  "AuthService.RefreshToken",
  "AuthService.RequestPasswordReset",
  "AuthService.ConfirmPasswordReset",
  "ProfileService.CancelPhoneChange",
  "ProfileService.ConfirmAccountDeletion",
]);

/** Methods that carry one if somebody is signed in. */
const OPTIONAL_METHODS: ReadonlySet<string> = new Set([
  "ProfileService.ConfirmPasswordChange",
  "ProfileService.ConfirmPhoneChange",
  "ProfileService.RequestAccountDeletion",
]);

export function tokenUse(method: DescMethod): "none" | "optional" | "required" {
  if (PUBLIC_METHODS.has(nameOf(method))) return "none";
  return OPTIONAL_METHODS.has(nameOf(method)) ? "optional" : "required";
}
