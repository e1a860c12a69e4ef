import { expect } from "chai";
import { DomainError } from "../../src/errors.js";
import { localize } from "../../src/messages/catalogue.js";
import {
  checkPassword,
  normalisePassword,
  type PersonalData,
  requireSamePassword,
} from "../../src/passwords/password-policy.js";
import { cpuTimes } from "../support/cpu-time.js";

const personal: PersonalData = {
  phone: "+237670000001",
  firstName: "Aïssatou",
  lastName: "Ngo Bassong",
  email: "aissatou.bassong@example.com",
};

/** The reason, fields and messages with which `work` refuses; null when it does not. */
function refusal(work: () => void): { reason: string; violations: [string, string][] } | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return {
      reason: error.reason,
      violations: error.fields.map(({ field, message }) => [field, localize("fr", message)]),
    };
  }
}

const forbiddenWords = ["waterbill", "Cameroun", "identity.waterbill.app", "é"];

/** The messages for the rules that `password` breaks. */
function broken(password: string, minLength = 8, data = personal): string[] {
  return (
    refusal(() => checkPassword({ minLength, forbiddenWords }, password, data))?.violations.map(
      ([, text]) => text,
    ) ?? []
  );
}

const tooCommon = "Ce mot de passe est trop courant.";
const numeric = "Ce mot de passe est entièrement numérique.";
const likeFirstName = "Le mot de passe est trop semblable au champ « prénom ».";
const likeLastName = "Le mot de passe est trop semblable au champ « nom de famille ».";
const likeEmail = "Le mot de passe est trop semblable au champ « adresse email ».";
const likePhone = "Le mot de passe est trop semblable au champ « numéro de téléphone ».";

describe("checkPassword", () => {
  it("accepts the specification's passwords", () => {
    const john = { phone: "+675799743", firstName: "John", lastName: "Doe", email: "john@example.com" };
    for (const password of ["Motdepasse123!", "testpassword123", "oldpassword123"]) {
      expect(broken(password, 8, john), password).to.deep.equal([]);
    }
  });

  it("accepts any characters, and requires no kind of them", () => {
    for (const password of [
      "correcthorse",
      "  tigre lent  ",
      "mot de passé long",
      "пароль-сад",
      "\0\0\0\0tigre",
      "🐘🦒🐘🦓🐘🦒🐘🦓",
    ]) {
      expect(broken(password), JSON.stringify(password)).to.deep.equal([]);
    }
  });

  it("counts characters, not UTF-16 units or bytes", () => {
    expect(broken("🐘🦒🐘🦓🐘🦒🐘")).to.deep.equal([
      "Ce mot de passe est trop court. Il doit contenir au minimum 8 caractères.",
    ]);
    expect(broken("🐘🦒".repeat(64))).to.deep.equal([]);
    expect(broken(`${"🐘🦒".repeat(64)}a`)).to.deep.equal([
      "Ce mot de passe est trop long. Il doit contenir au maximum 128 caractères.",
    ]);
  });

  it("reads the minimum length from the configuration", () => {
    expect(broken("tigre-lent", 12)).to.deep.equal([
      "Ce mot de passe est trop court. Il doit contenir au minimum 12 caractères.",
    ]);
    expect(broken("tig", 3)).to.deep.equal([]);
    expect(broken("")).to.deep.equal([
      "Ce mot de passe est trop court. Il doit contenir au minimum 8 caractères.",
    ]);
  });

  it("refuses common passwords, whatever their case and the white space around them", () => {
    for (const password of [
      "password123",
      "PassWord123",
      " qwertyuiop ",
      "motdepasse",
      "iloveyou",
      "azertyuiop",
    ]) {
      expect(broken(password), password).to.deep.equal([tooCommon]);
    }
  });

  it("refuses a common password with punctuation around it, and a common word with digits around it", () => {
    for (const password of [
      "password1!",
      "!!password1!!",
      "iloveyou!",
      "password2026",
      "2026password",
      "1password1",
      "motdepasse2026",
      "123456motdepasse",
      "P4SSW0RD2026",
      "Secret2026",
    ]) {
      expect(broken(password), password).to.deep.equal([tooCommon]);
    }
  });

  it("refuses a common word with digits of any script around it", () => {
    for (const password of ["password¹", "²⁰²⁶password", "password٢٠٢٦", "motdepasse①", "𝟐𝟎𝟐𝟔motdepasse𝟏"]) {
      expect(broken(password), password).to.deep.equal([tooCommon]);
    }
  });

  // cspell:disable
  it("refuses a common word or a name of the service over and over, with digits or punctuation between", () => {
    for (const password of [
      "waterbillwaterbill",
      "WaterBill-WaterBill!",
      "waterbillwaterbillwater",
      "waterbill1waterbill1",
      "12camerouncameroun34",
      "motdepassemotdepasse",
      "motdepasse motdepasse",
      "password¹password¹",
      "secret2026secret2026",
    ]) {
      expect(broken(password), password).to.deep.equal([tooCommon]);
    }
    for (const password of ["waterbillcamerounx", "girafe-girafe", "motdepassem", "tigretigrette"]) {
      expect(broken(password), password).to.deep.equal([]);
    }
  });

  // cspell:enable

  it("refuses the service's names, however they are written, with or without digits around them", () => {
    for (const password of [
      "waterbill",
      "waterbill1",
      "WaterBill2026",
      "2026-waterbill",
      "Water Bill",
      "water_bill!",
      "Water-Bill-237!",
      "cameroun",
      "CAMEROUN237",
      "237-Cameroun",
      "came\u0301roun",
      "identity.waterbill.app",
    ]) {
      expect(broken(password), password).to.deep.equal([tooCommon]);
    }
    for (const password of ["waterbill-girafe", "facture-waterbill", "le cameroun est beau"]) {
      expect(broken(password), password).to.deep.equal([]);
    }
  });

  // cspell:disable
  it("refuses one character, and counting and keyboard sequences, over and over", () => {
    for (const password of [
      "aaaaaaaa",
      "        ",
      "!!!!!!!!!!",
      "éééééééé",
      "🐘🐘🐘🐘🐘🐘🐘🐘",
      "abcdefgh",
      "ABCDEFGHIJ",
      "hgfedcba",
      "azertyuiop",
      "poiuytreza",
      "qwertyqwerty",
      "azertyazertyaz",
      "qsdfghjklm",
      "qwertzuiop",
      "abcabcabc",
      "abababab",
      "1qaz2wsx3edc",
      "!@#$%^&*",
      "&é\"'(-è_",
    ]) {
      expect(broken(password), password).to.deep.equal([tooCommon]);
    }
    for (const password of ["12345678", "87654321", "1234512345", "0123456789"]) {
      expect(broken(password), password).to.deep.equal([tooCommon, numeric]);
    }
    for (const password of ["cocoriko", "girafegirafe", "lalalala la", "azerty-girafe", "abcdxyzw"]) {
      expect(broken(password), password).to.deep.equal([]);
    }
  });

  // cspell:enable

  it("refuses only digits, in any script", () => {
    expect(broken("9081726354")).to.deep.equal([numeric]);
    expect(broken("٩٠٨١٧٢٦٣٥٤")).to.deep.equal([numeric]);
    expect(broken("9081726354a")).to.deep.equal([]);
  });

  it("refuses a password similar to a personal field or a word of it, and names the field", () => {
    expect(broken("aïssatou1")).to.deep.equal([likeFirstName]);
    expect(broken("BASSONG1")).to.deep.equal([likeLastName]);
    expect(broken("uotassïa")).to.deep.equal([likeFirstName]);
    expect(broken("exemple1-")).to.deep.equal([likeEmail]);
    expect(broken("x237670000001")).to.deep.equal([likePhone]);
  });

  it("names the first field only, in Django's order", () => {
    const twice = {
      ...personal,
      firstName: "Mbarga",
      lastName: "Mbarga",
      email: "mbarga@example.com",
    };
    expect(broken("mbarga12", 8, twice)).to.deep.equal([likeFirstName]);
  });

  it("compares with personal fields in their composed form", () => {
    expect(broken("éèàùçôîï", 8, { ...personal, firstName: "Éèàùçôîï".normalize("NFD") })).to.deep.equal([
      likeFirstName,
    ]);
  });

  it("ignores personal fields that are absent, empty or much shorter", () => {
    expect(
      broken("tigre-lent", 8, { phone: "+237670000001", firstName: "", lastName: "T", email: null }),
    ).to.deep.equal([]);
  });

  it("names every broken rule at once", () => {
    expect(broken("123456")).to.deep.equal([
      "Ce mot de passe est trop court. Il doit contenir au minimum 8 caractères.",
      tooCommon,
      numeric,
    ]);
  });

  it("refuses half a surrogate pair", () => {
    expect(broken("tigre-lent\ud800")).to.deep.equal(["Cette valeur n'est pas valide."]);
  });

  it("reports the reason and the field of the request", () => {
    const check = (field?: string) =>
      refusal(() => checkPassword({ minLength: 8, forbiddenWords }, "iloveyou", personal, field));
    expect(check()).to.deep.equal({ reason: "PASSWORD_REJECTED", violations: [["password", tooCommon]] });
    expect(check("new_password")?.violations).to.deep.equal([["new_password", tooCommon]]);
  });

  it("checks long texts quickly", async () => {
    const long = "a\u0301\u0323-".repeat(16_384);
    expect(broken(normalisePassword(long))).to.have.length(1);
    const [milliseconds] = await cpuTimes(() => {
      broken(normalisePassword(long));
      broken("tigre-lent", 8, { ...personal, firstName: "tigre lent ".repeat(6000) });
    });
    expect(milliseconds).to.be.below(500);
  });
});

describe("normalisePassword", () => {
  it("gives composed and decomposed characters one form", () => {
    expect(normalisePassword("e\u0301te\u0301")).to.equal("été");
    expect(normalisePassword("ﬁn²")).to.equal("ﬁn²");
  });

  it("normalises any possible password", () => {
    const characters = "\u1f82".repeat(128);
    expect(normalisePassword(characters.normalize("NFD"))).to.equal(characters);
  });

  it("leaves a text unchanged that is too long in any form", () => {
    const long = "e\u0301".repeat(513);
    expect(normalisePassword(long)).to.equal(long);
  });
});

describe("requireSamePassword", () => {
  it("accepts the same password in two forms", () => {
    expect(
      refusal(() => requireSamePassword("été-2026", "e\u0301te\u0301-2026", "password_confirm")),
    ).to.equal(null);
  });

  it("refuses another one, naming the confirmation", () => {
    expect(
      refusal(() => requireSamePassword("tigre-lent", "Tigre-lent", "new_password_confirm")),
    ).to.deep.equal({
      reason: "INVALID_REQUEST",
      violations: [["new_password_confirm", "Les mots de passe ne correspondent pas."]],
    });
  });
});
