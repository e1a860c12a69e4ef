import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { DomainError } from "../../src/errors.js";
import { localize } from "../../src/messages/catalogue.js";
import { checkPassword } from "../../src/passwords/password-policy.js";

/** `common-passwords.txt.gz` of Django 5.1; its origin and licence are in `src/passwords/django-passwords.ts`. */
const LIST = new URL("django-common-passwords.txt.gz", import.meta.url);

const djangoPasswords = gunzipSync(readFileSync(LIST)).toString("utf8").trimEnd().split("\n");

/** The white space that Python's `strip` removes. */
const PYTHON_SPACE = [
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004",
  "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
].join("");

const tooCommon = "Ce mot de passe est trop courant.";
const tooLong = "Ce mot de passe est trop long. Il doit contenir au maximum 128 caractères.";

/** The messages for the rules that a password breaks, where any length above 0 is enough. */
function brokenRules(password: string): string[] {
  const rules = { minLength: 1, forbiddenWords: ["waterbill", "cameroun", "cameroon"] };
  const personal = { phone: "+675799743", firstName: "John", lastName: "Doe", email: null };
  try {
    checkPassword(rules, password, personal);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.fields.map(({ message }) => localize("fr", message));
  }
}

const isTooCommon = (password: string) => brokenRules(password).includes(tooCommon);

describe("Django's list of common passwords", () => {
  it("is refused as a whole, in capitals too", () => {
    expect(djangoPasswords).to.have.length(20_000);
    const isAllowedLength = ({ length }: string) => length <= 128;
    const capitals = djangoPasswords.map((password) => password.toUpperCase());
    const accepted = [...djangoPasswords, ...capitals].filter((password) => !isTooCommon(password));
    expect(accepted.filter(isAllowedLength)).to.deep.equal([]);
    // One entry is longer than any password may be.
    expect(accepted.map(brokenRules)).to.deep.equal([[tooLong], [tooLong]]);
  });

  it("is refused with any white space around it that Django ignores", () => {
    for (const space of PYTHON_SPACE) {
      for (const password of ["a", "1g2w3e4r", "friend of emily"]) {
        expect(
          isTooCommon(`${space}${space}${password}${space}`),
          JSON.stringify([space, password]),
        ).to.equal(true);
      }
    }
  });

  it("is refused with digits or punctuation around its words", () => {
    for (const password of ["linkedin2026", "2026linkedin", "Zag12wsx!", "red19860412"]) {
      expect(isTooCommon(password), password).to.equal(true);
    }
  });

  it("leaves digits and symbols around one or two letters, and the specification's passwords", () => {
    for (const password of ["9081726354a", "%#&x!=+?", "Motdepasse123!", "testpassword123"]) {
      expect(isTooCommon(password), password).to.equal(false);
    }
  });
});
