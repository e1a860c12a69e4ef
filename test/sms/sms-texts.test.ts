import { expect } from "chai";
import {
  accountDeletionConfirmed,
  newPhoneDetail,
  phoneChangeRequested,
  sms,
} from "../../src/messages/sms.js";
import { activationText, confirmationText, verificationText } from "../../src/sms/sms-texts.js";
import { hasLink, linkUrl } from "../../src/verification/link-token.js";

const operations = ["password_reset", "password_change", "phone_change", "account_deletion"] as const;

/** `[opération]` in the specification. */
const names = {
  password_reset: "réinitialisation de mot de passe",
  password_change: "changement de mot de passe",
  phone_change: "changement de numéro de téléphone",
  // Not in the specification.
  account_deletion: "suppression de compte",
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

  it("have no link for the second step of an administrator's sign-in", () => {
    expect(hasLink("second_factor")).to.equal(false);
    expect(operations.filter(hasLink)).to.deep.equal(operations);
    expect(verificationText("second_factor", "012345")).to.equal(
      "Votre code de vérification pour connexion à l'administration WaterBill est: 012345. Ce code expire dans 10 minutes. Ne partagez pas ce code.",
    );
  });

  it("name the new number when it is asked for and after the change, with the link that stops or undoes it", () => {
    const link = "https://identity.waterbill.app/account/phone-change?token=t";
    expect(phoneChangeRequested("+237670000002", link)).to.equal(
      `Un changement de numéro de téléphone a été demandé pour votre compte WaterBill. Nouveau numéro: +237670000002. Si ce n'est pas vous, annulez cette demande: ${link}`,
    );
    expect(newPhoneDetail("+237670000002", link, 24)).to.equal(
      `Nouveau numéro: +237670000002. Si ce n'est pas vous, annulez ce changement sous 24 h: ${link}`,
    );
  });

  it("name the time of the erasure, and how to cancel it", () => {
    const text = accountDeletionConfirmed(new Date("2026-12-16T09:30:00Z"));
    expect(text).to.equal(
      "La suppression de votre compte WaterBill est confirmée. Vos données seront effacées le 16 décembre 2026 à 09:30 UTC. Pour annuler la suppression, connectez-vous avant cette date.",
    );
  });

  it("are written in composed characters", () => {
    expect(JSON.stringify(sms)).to.equal(JSON.stringify(sms).normalize("NFC"));
  });
});

describe("link", () => {
  const token = "5f0c1e9a-7d3b-4b52-9f0e-2c8a6d1b4e77";
  const urls = { frontendUrl: "http://localhost:3000/app", publicUrl: "https://identity.waterbill.app" };

  it("leads to the operation's page of the front end", () => {
    const pages = {
      password_reset: "reset-password",
      password_change: "change-password",
      phone_change: "change-phone",
    } as const;
    for (const [operation, page] of Object.entries(pages)) {
      expect(linkUrl(urls, operation as keyof typeof pages, token)).to.equal(
        `http://localhost:3000/app/${page}?token=${token}`,
      );
    }
  });

  it("leads to the service's own page for the deletion of an account", () => {
    expect(linkUrl(urls, "account_deletion", token)).to.equal(
      `https://identity.waterbill.app/account/delete?token=${token}`,
    );
  });
});
