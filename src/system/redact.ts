/**
 * What has the form of a secret: a JWT; a UUID (link tokens are); an opaque token, which is 20 letters, digits, `-`
 * and `_` or more with a digit among them, and no part of a path; a one-time code or phone number, which is six digits
 * or more of any script, with up to two separators between one and the next.
 */
const SECRETS = [
  /eyJ[\w-]+(?:\.[\w-]+)*/g,
  /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi,
  /(?<![\w/-])(?=[a-z_-]*\d)[\w-]{20,}/gi,
  /\+?\p{Nd}(?:[\s().·/-]{0,2}\p{Nd}){5,}/gu,
];

/** `text` with `…` in place of whatever has the form of a code, a phone number or a token. Passwords have no form. */
export function redact(text: string): string {
  return SECRETS.reduce((result, form) => result.replace(form, "…"), text);
}

/** `+237670000001` as `+2376…01`: enough to follow a case, too little to call. A masked number stays as it is. */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 5)}…${phone.slice(-2)}`;
}
