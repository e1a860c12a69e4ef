/** What can be done with an account: the button, what its dialog says, and what is announced then. */
export const accountActs = {
  ownAccount: "C'est votre propre compte : vous serez déconnecté aussitôt.",
  ownRole: "C'est votre propre compte : si vous perdez des droits, vous serez déconnecté partout.",
  edit: "Modifier le profil",
  editNothing: "Un champ vide efface la valeur. Le prénom et le nom sont obligatoires.",
  edited: "Le profil est enregistré.",
  deactivate: "Désactiver",
  deactivateTitle: (phone: string) => `Désactiver le compte ${phone} ?`,
  deactivateText:
    "La personne est déconnectée partout et ne peut plus se connecter. Ses codes ne sont plus valables. Le compte peut être réactivé.",
  deactivated: (phone: string) => `Le compte ${phone} est désactivé.`,
  reactivate: "Réactiver",
  reactivateTitle: (phone: string) => `Réactiver le compte ${phone} ?`,
  reactivateText: "La personne peut de nouveau se connecter avec son mot de passe.",
  reactivated: (phone: string) => `Le compte ${phone} est réactivé.`,
  role: "Changer le rôle",
  roleTitle: (phone: string) => `Changer le rôle du compte ${phone}`,
  roleText: "Une personne qui perd des droits est déconnectée partout.",
  roleSet: (phone: string, role: string) => `Le compte ${phone} a le rôle : ${role}.`,
  clearLimits: "Remettre les limites à zéro",
  clearLimitsTitle: (phone: string) => `Remettre à zéro les limites du numéro ${phone} ?`,
  clearLimitsText:
    "Le numéro peut de nouveau recevoir des codes, essayer des codes d'activation et des mots de passe. Les codes déjà envoyés restent valables.",
  limitsCleared: (phone: string) => `Les limites du numéro ${phone} sont remises à zéro.`,
  export: "Exporter les données",
  exportTitle: (phone: string) => `Exporter les données du compte ${phone}`,
  exportText:
    "Le fichier JSON contient tout ce qui est gardé sur cette personne. Donnez-le seulement à elle, et effacez-le de cet ordinateur ensuite.",
  exported: "Le fichier est téléchargé.",
  erase: "Effacer le compte",
  eraseTitle: (phone: string) => `Effacer définitivement le compte ${phone} ?`,
  eraseText:
    "Tout ce qui est gardé sur cette personne est effacé aussitôt et pour toujours, et le numéro quitte la liste blanche. L'historique garde le motif : il ne doit contenir ni nom, ni numéro.",
  erased: (id: number) => `Le compte n° ${id} est effacé.`,
  typeAgain: (phone: string) => `Saisissez encore une fois le numéro ${phone}`,
  differs: "Ce n'est pas le même numéro.",
  endSession: "Fermer",
  endSessionOf: (client: string) => `Fermer la session : ${client}`,
  endSessionTitle: "Fermer cette session ?",
  endSessionConfirm: "Fermer la session",
  endSessionText: "L'appareil est déconnecté à son prochain appel. La personne peut se reconnecter.",
  endSessions: "Fermer toutes les sessions",
  endSessionsTitle: (phone: string) => `Fermer toutes les sessions du compte ${phone} ?`,
  endSessionsText:
    "Tous les appareils sont déconnectés à leur prochain appel. La personne peut se reconnecter.",
  sessionsEnded: (count: number) =>
    count > 1 ? `${count} sessions sont fermées.` : `${count} session est fermée.`,
};
