import { expect } from "chai";
import { getCountries, getExampleNumber } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { DomainError } from "../../src/errors.js";
import { localize } from "../../src/messages/catalogue.js";
import { type PhoneRules, parsePhone, phoneKey } from "../../src/users/phone-number.js";
import { cpuTimes } from "../support/cpu-time.js";

const byLength: PhoneRules = { defaultRegion: undefined, policy: "length" };
const inCameroon: PhoneRules = { defaultRegion: "CM", policy: "length" };

/** The parsed number, or the reason why `text` is refused. */
function outcome(rules: PhoneRules, text: string): string {
  try {
    return parsePhone(rules, text);
  } catch (error) {
    if (error instanceof DomainError) return error.reason;
    throw error;
  }
}

/** Spellings of Cameroon's first test number. */
const spellings = {
  "its own form": "+237670000001",
  "digits alone": "237670000001",
  "the prefix 00": "00237670000001",
  "the prefix +00": "+00237670000001",
  "the prefix 00 twice": "00 00237670000001",
  "a tel: address": "tel:+237-670-00-00-01",
  "a TEL: address after white space": "\t TEL: 237670000001\r\n",
  "brackets and spaces": "(+237) 670 00 00 01",
  "hyphens, dashes and a minus sign": "237-670‐000–001−",
  "dots, slashes and underscores": "237.670/000_001",
  "no-break, thin and ideographic spaces": "+237\u00a0670\u2009000\u3000001",
  "full-width characters": "＋２３７（６７０）０００－００１",
  "Arabic digits between direction marks": "\u200f\u202b+٢٣٧٦٧٠٠٠٠٠٠١\u202c",
  "Persian digits": "۲۳۷۶۷۰۰۰۰۰۰۱",
  "Devanagari digits": "२३७६७००००००१",
  "bold mathematical digits": "\u{1d7d0}\u{1d7d1}\u{1d7d5}670000001",
  "zero-width characters and a byte order mark": "\ufeff237\u200b670\u2060000\u200d001",
  "soft hyphens, variation selectors and fillers": "237\u00ad670\ufe0f000\u3164\u2800001",
};

describe("parsePhone", () => {
  for (const [name, text] of Object.entries(spellings)) {
    it(`reads ${name}`, () => {
      expect(parsePhone(byLength, text)).to.equal("+237670000001");
    });
  }

  it("reads the specification's formats", () => {
    for (const text of ["675799743", "675 799 743", "675-799-743", "(675) 799-743", "+675799743"]) {
      expect(parsePhone(byLength, text), text).to.equal("+675799743");
    }
    expect(parsePhone(byLength, "+237658552294")).to.equal("+237658552294");
    expect(parsePhone(byLength, "33123456789")).to.equal("+33123456789");
    expect(parsePhone(byLength, "+11234567890")).to.equal("+11234567890");
  });

  it("converts the digits of every script that the runtime supports to ASCII", () => {
    for (const system of Intl.supportedValuesOf("numberingSystem")) {
      const text = new Intl.NumberFormat("en", { numberingSystem: system, useGrouping: false }).format(
        9876543210,
      );
      if (/^\p{Nd}+$/u.test(text)) expect(parsePhone(byLength, text), system).to.equal("+9876543210");
    }
  });

  it("requires a number when nothing is left after cleaning", () => {
    for (const text of ["", "  \n", "\u200b\u2060", "()-", "tel:"]) {
      expect(outcome(byLength, text), JSON.stringify(text)).to.equal("PHONE_REQUIRED");
    }
  });

  it("refuses letters, symbols, control characters and half surrogate pairs", () => {
    for (const text of [
      "abc",
      "67579974e",
      "675799743é",
      "675799743\0",
      "675*799*743",
      "\ud800675799743",
      "²²²²²²²²²²",
    ]) {
      expect(outcome(byLength, text), JSON.stringify(text)).to.equal("PHONE_INVALID");
    }
  });

  it("refuses extensions", () => {
    const forms = [
      "675799743 ext. 12",
      "675799743x12",
      "675799743;ext=12",
      "675799743#12",
      "675799743,12",
      "675799743~1",
    ];
    for (const text of forms) expect(outcome(byLength, text), text).to.equal("PHONE_INVALID");
  });

  it("refuses a plus sign alone, twice or inside", () => {
    for (const text of ["+", "++675799743", "675+799743", "675799743+", "00+675799743"]) {
      expect(outcome(byLength, text), text).to.equal("PHONE_INVALID");
    }
  });

  it("accepts 9 to 15 digits, not counting the prefix 00", () => {
    expect(outcome(byLength, "12345678")).to.equal("PHONE_LENGTH");
    expect(outcome(byLength, "123456789")).to.equal("+123456789");
    expect(outcome(byLength, "123456789012345")).to.equal("+123456789012345");
    expect(outcome(byLength, "1234567890123456")).to.equal("PHONE_LENGTH");
    expect(outcome(byLength, "00 1234567")).to.equal("PHONE_LENGTH");
    expect(outcome(byLength, "00 123456789012345")).to.equal("+123456789012345");
    expect(outcome(byLength, "000000000")).to.equal("PHONE_LENGTH");
  });

  it("keeps a single leading zero", () => {
    expect(parsePhone(byLength, "0675799743")).to.equal("+0675799743");
  });

  it("names the invalid field", () => {
    const violations = (text: string, field?: string) => {
      try {
        parsePhone(byLength, text, field);
        return [];
      } catch (error) {
        return (error as DomainError).fields.map(({ field, message }) => [field, localize("fr", message)]);
      }
    };
    expect(violations("")).to.deep.equal([["phone", "Le numéro de téléphone est obligatoire."]]);
    expect(violations("x")).to.deep.equal([["phone", "Le numéro de téléphone est invalide."]]);
    expect(violations("1", "new_phone")).to.deep.equal([
      ["new_phone", "Le numéro de téléphone doit contenir entre 9 et 15 chiffres."],
    ]);
  });

  it("reads 64 KB of junk quickly", async () => {
    const size = 65_536;
    const junk = [" ", "1", "+", "tel:", "00", "- ", "1 ", "(", "\u200b", "\u{1d7d7}"].map((part) =>
      part.repeat(size / part.length),
    );
    const [milliseconds] = await cpuTimes(() => {
      for (const text of junk) phoneKey({ defaultRegion: "CM", policy: "mobile" }, text);
    });
    expect(milliseconds).to.be.below(500);
  });

  describe("with a default region", () => {
    it("completes a number that is valid there", () => {
      expect(parsePhone(inCameroon, "675799743")).to.equal("+237675799743");
      expect(parsePhone(inCameroon, "٦٧٥ ٧٩٩ ٧٤٣")).to.equal("+237675799743");
      expect(parsePhone({ ...inCameroon, defaultRegion: "FR" }, "06 12 34 56 78")).to.equal("+33612345678");
    });

    it("does not complete a number with a plus sign or 00", () => {
      expect(parsePhone(inCameroon, "+675799743")).to.equal("+675799743");
      expect(parsePhone(inCameroon, "00675799743")).to.equal("+675799743");
    });

    it("treats a number that is not valid there as international", () => {
      expect(parsePhone(inCameroon, "237670000001")).to.equal("+237670000001");
      expect(parsePhone(inCameroon, "33123456789")).to.equal("+33123456789");
      expect(outcome(inCameroon, "12345678")).to.equal("PHONE_LENGTH");
    });
  });

  describe("with a policy", () => {
    const under = (policy: PhoneRules["policy"], text: string) =>
      outcome({ defaultRegion: undefined, policy }, text);

    it("refuses a number of no country's length when it must be possible", () => {
      expect(under("possible", "+237670000001")).to.equal("+237670000001");
      expect(under("possible", "+237999999999")).to.equal("+237999999999");
      expect(under("possible", "+675799743")).to.equal("PHONE_INVALID");
      expect(under("possible", "+999123456789")).to.equal("PHONE_INVALID");
    });

    it("refuses a number outside the numbering plan when it must be valid", () => {
      expect(under("valid", "+237670000001")).to.equal("+237670000001");
      expect(under("valid", "+237999999999")).to.equal("PHONE_INVALID");
      expect(under("valid", "+33123456789")).to.equal("+33123456789");
    });

    it("refuses a landline when it must be mobile", () => {
      expect(under("mobile", "+237670000001")).to.equal("+237670000001");
      expect(under("mobile", "+33123456789")).to.equal("PHONE_INVALID");
      expect(under("mobile", "+12015550123")).to.equal("+12015550123");
    });

    it("drops a trunk zero of the numbering plan", () => {
      expect(under("length", "+33 (0)6 12 34 56 78")).to.equal("+330612345678");
      expect(under("valid", "+33 (0)6 12 34 56 78")).to.equal("+33612345678");
    });

    it("refuses what is too short without its trunk zero", () => {
      expect(under("length", "+971 (0)1 1234")).to.equal("+971011234");
      expect(under("possible", "+971 (0)1 1234")).to.equal("PHONE_LENGTH");
    });
  });

  it("returns its own results unchanged, in every country", () => {
    const policies = ["length", "possible", "valid", "mobile"] as const;
    for (const region of getCountries()) {
      const number = getExampleNumber(region, examples);
      const texts = [number?.number ?? "", number?.formatNational() ?? ""];
      for (const rules of policies.map((policy) => ({ defaultRegion: region, policy }))) {
        const accepted = texts.map((text) => outcome(rules, text)).filter((text) => text.startsWith("+"));
        expect(
          accepted.map((text) => parsePhone(rules, text)),
          region,
        ).to.deep.equal(accepted);
      }
    }
  });
});

describe("phoneKey", () => {
  it("returns one key for all spellings", () => {
    const keys = Object.values(spellings).map((text) => phoneKey(byLength, text));
    expect(new Set(keys)).to.deep.equal(new Set(["+237670000001"]));
  });

  it("returns null for an invalid phone number", () => {
    for (const text of ["", "abc", "12345678"]) expect(phoneKey(byLength, text), text).to.equal(null);
  });
});
