/**
 * The texts that are sent by SMS, and those that the console gateway prints instead: the specification's words, byte
 * for byte, including its grammar. Always French, because an SMS has no Accept-Language.
 */
export const sms = {
  operations: {
    password_reset: "réinitialisation de mot de passe",
    password_change: "changement de mot de passe",
    phone_change: "changement de numéro de téléphone",
    account_deletion: "suppression de compte",
    second_factor: "connexion à l'administration",
  },

  activation: (code: string) => `Votre code d'activation WaterBill est: ${code}.`,
  verification: (operation: string, code: string) =>
    `Votre code de vérification pour ${operation} WaterBill est: ${code}.`,
  redirection: (link: string) => `Lien de redirection: ${link}.`,
  expiry: "Ce code expire dans 10 minutes. Ne partagez pas ce code.",
  confirmation: (operation: string) => `✅ Votre ${operation} a été effectuée avec succès.`,
  support: "Si vous n'avez pas effectué cette action, contactez le support.",

  /** The specification doesn't prescribe the words. */
  guessing:
    "Trop de mots de passe incorrects ont été essayés sur votre compte WaterBill. Votre compte reste protégé. " +
    "Connectez-vous depuis votre appareil habituel ou réinitialisez votre mot de passe.",

  printedActivation: (phone: string, code: string) => `Code d'activation pour ${phone}: ${code}`,
  printedVerification: (operation: string, phone: string, code: string) =>
    `Code de vérification pour ${operation} - ${phone}: ${code}`,
  printedGuessing: (phone: string, text: string) => `Avertissement pour ${phone}: ${text}`,
  printedLink: (link: string) => `Lien: ${link}`,
  printedNotice: (operation: string, phone: string, text: string) => `Avis ${operation} - ${phone}: ${text}`,
  printedConfirmation: (operation: string, phone: string, text: string) =>
    `✅ Confirmation ${operation} - ${phone}: ${text}`,
};

/**
 * The detail of a phone change that the old number is told. The new number is told none, because its holder may be a
 * stranger. The specification doesn't prescribe the words. `link` undoes the change for `hours`.
 */
export const newPhoneDetail = (newPhone: string, link: string, hours: number) =>
  `Nouveau numéro: ${newPhone}. Si ce n'est pas vous, annulez ce changement sous ${hours} h: ${link}`;

/** What the old number is told when a phone change is asked for. `link` stops it. */
export const phoneChangeRequested = (newPhone: string, link: string) =>
  `Un changement de numéro de téléphone a été demandé pour votre compte WaterBill. Nouveau numéro: ${newPhone}. Si ce n'est pas vous, annulez cette demande: ${link}`;

const erasureTime = new Intl.DateTimeFormat("fr-FR", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});

/** What the owner is told when the deletion of the account is confirmed. It is erased at `deletionAt`. */
export const accountDeletionConfirmed = (deletionAt: Date) =>
  `La suppression de votre compte WaterBill est confirmée. Vos données seront effacées le ${erasureTime.format(deletionAt)} UTC. Pour annuler la suppression, connectez-vous avant cette date.`;
