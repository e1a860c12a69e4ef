import { expect } from "chai";
import { createConsoleGateway } from "../../src/sms/console-gateway.js";

const PHONE = "+237670000001";

describe("console gateway", () => {
  const lines: string[] = [];
  let prints: number;
  const gateway = createConsoleGateway((text) => {
    prints += 1;
    lines.push(...text.split("\n"));
  });
  beforeEach(() => {
    prints = 0;
    lines.length = 0;
  });

  it("prints an activation code", async () => {
    await gateway.sendActivationCode(PHONE, "012345");
    expect(lines).to.deep.equal(["Code d'activation pour +237670000001: 012345"]);
  });

  it("prints a verification code, and the link on a line of its own", async () => {
    await gateway.sendVerificationCode(PHONE, "012345", "password_change");
    await gateway.sendVerificationCode(
      PHONE,
      "543210",
      "password_reset",
      "https://waterbill.app/reset-password?token=t",
    );
    expect(lines).to.deep.equal([
      "Code de vérification pour changement de mot de passe - +237670000001: 012345",
      "Code de vérification pour réinitialisation de mot de passe - +237670000001: 543210",
      "Lien: https://waterbill.app/reset-password?token=t",
    ]);
    expect(prints, "no other process prints between a code and its link").to.equal(2);
  });

  it("prints a confirmation, with and without details", async () => {
    await gateway.sendConfirmation(PHONE, "password_reset");
    await gateway.sendConfirmation(PHONE, "phone_change", "Nouveau numéro: +237670000002.");
    expect(lines).to.deep.equal([
      "✅ Confirmation réinitialisation de mot de passe - +237670000001: ✅ Votre réinitialisation de mot de passe a été effectuée avec succès.",
      "✅ Confirmation changement de numéro de téléphone - +237670000001: ✅ Votre changement de numéro de téléphone a été effectuée avec succès. Nouveau numéro: +237670000002.",
    ]);
  });

  it("prints a notice", async () => {
    await gateway.sendNotice(PHONE, "phone_change", "Un texte.");
    expect(lines).to.deep.equal(["Avis changement de numéro de téléphone - +237670000001: Un texte."]);
  });

  it("prints a notice of guesses", async () => {
    await gateway.sendGuessingNotice(PHONE);
    expect(lines).to.deep.equal([
      "Avertissement pour +237670000001: Trop de mots de passe incorrects ont été essayés sur votre compte WaterBill. Votre compte reste protégé. Connectez-vous depuis votre appareil habituel ou réinitialisez votre mot de passe.",
    ]);
  });

  it("is always available", async () => {
    expect(await gateway.isAvailable()).to.equal(true);
  });
});
