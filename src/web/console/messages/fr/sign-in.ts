export const signIn = {
  title: "Connexion des administrateurs",
  phone: "Numéro de téléphone",
  password: "Mot de passe",
  submit: "Se connecter",
  secondStepTitle: "Confirmez votre connexion",
  sendCode: "Envoyer un code par SMS",
  sendAgain: "Envoyer un nouveau code",
  sendAgainIn: (seconds: number) => `Nouveau code possible dans ${seconds} s`,
  codeSent: (phone: string) => `Un code a été envoyé par SMS au ${phone}.`,
  explanation: (phone: string) =>
    `Pour protéger les comptes des clients, confirmez votre connexion avec un code envoyé par SMS au ${phone}.`,
  remember:
    "Ne plus demander de code sur cet ordinateur pendant 30 jours. Décochez si d'autres personnes l'utilisent.",
  code: "Code reçu par SMS",
  attemptsLeft: (count: number) => (count > 1 ? `Il reste ${count} essais.` : `Il reste ${count} essai.`),
  workIsKept: "Ce que vous avez saisi est conservé. Vous pourrez continuer juste après.",
  interrupted:
    "L'opération n'a pas été faite, car votre connexion devait d'abord être confirmée. Vous pouvez la répéter.",
  reasons: {
    over: "Votre session est terminée. Veuillez vous reconnecter.",
    ended:
      "Votre session est terminée. Reconnectez-vous pour continuer : ce que vous avez saisi est conservé tant que cette page reste ouverte.",
    elsewhere: "Vous vous êtes déconnecté dans un autre onglet.",
    "no-rights":
      "Ce compte n'est pas celui d'un administrateur : il ne donne pas accès à cette console, et vous êtes déconnecté.",
  },
  closing: "Fermeture de la session…",
  stillOpen:
    "Vous êtes déconnecté de cette page, mais le service n'a pas répondu : la session y est encore ouverte, et ce navigateur en garde la clé. Si d'autres personnes utilisent cet ordinateur, fermez-la dès que le réseau répond.",
  closeNow: "Fermer la session",
};
