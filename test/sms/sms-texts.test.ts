import { expect } from "chai";
import { newPhoneDetail, phoneChangeRequested, sms } from "../../src/messages/sms.js";
import { activationText, confirmationText, verificationText } from "../../src/sms/sms-texts.js";
import { linkUrl } from "../../src/verification/link-token.js";

const operations = ["password_reset", "password_change", "phone_change"] as const;

/** `[opération]` in the specification. */
const names = {
  password_reset: "réinitialisation de mot de passe",
  password_change: "changement de mot de passe",
  phone_change: "changement de numéro de téléphone",
};

describe("sms texts", () => {
  it("are the specification's for an activation", () => {
    expect(activationText("012345")).to.equal(
      "Votre code d'activation WaterBill est: 012345. Ce code expire dans 10 minutes. Ne partagez pas ce code.",
    );
  });

  for (const operation of operations) {
    it(`are the specification's for ${operation}`, () => {
      const name = names[operation];
      expect(verificationText(operation, "012345")).to.equal(
        `Votre code de vérification pour ${name} WaterBill est: 012345. Ce code expire dans 10 minutes. Ne partagez pas ce code.`,
      );
      expect(verificationText(operation, "012345", "https://waterbill.app/verify?token=t")).to.equal(
        `Votre code de vérification pour ${name} WaterBill est: 012345. Lien de redirection: https://waterbill.app/verify?token=t. Ce code expire dans 10 minutes. Ne partagez pas ce code.`,
      );
      expect(confirmationText(operation)).to.equal(`✅ Votre ${name} a été effectuée avec succès.`);
      expect(confirmationText(operation, "Merci.")).to.equal(
        `✅ Votre ${name} a été effectuée avec succès. Merci.`,
      );
    });
  }

  it("name the new number when it is asked for and after the change, with the link that stops or undoes it", () => {
    const link = "https://identity.waterbill.app/account/phone-change?token=t";
    expect(phoneChangeRequested("+237670000002", link)).to.equal(
      `Un changement de numéro de téléphone a été demandé pour votre compte WaterBill. Nouveau numéro: +237670000002. Si ce n'est pas vous, annulez cette demande: ${link}`,
    );
    expect(newPhoneDetail("+237670000002", link, 24)).to.equal(
      `Nouveau numéro: +237670000002. Si ce n'est pas vous, annulez ce changement sous 24 h: ${link}`,
    );
  });

  it("are written in composed characters", () => {
    expect(JSON.stringify(sms)).to.equal(JSON.stringify(sms).normalize("NFC"));
  });
});

describe("link", () => {
  it("leads to the operation's page of the front end", () => {
    const token = "5f0c1e9a-7d3b-4b52-9f0e-2c8a6d1b4e77";
    expect(linkUrl("https://waterbill.app", "password_reset", token)).to.equal(
      `https://waterbill.app/reset-password?token=${token}`,
    );
    expect(linkUrl("http://localhost:3000/app", "password_change", token)).to.equal(
      `http://localhost:3000/app/change-password?token=${token}`,
    );
    expect(linkUrl("https://waterbill.app", "phone_change", token)).to.equal(
      `https://waterbill.app/change-phone?token=${token}`,
    );
  });
});
