/** Answers to "Why do I get no SMS?", to be read out on the phone. */
export const accountSms = {
  title: "Pourquoi pas de SMS ?",
  paused: "L'envoi de SMS est suspendu pour tout le monde. Aucun message ne part en ce moment.",
  countryRefused: "Aucun SMS ne part vers les numéros de ce pays qui n'ont pas de compte.",
  deactivated: "Le compte est désactivé : aucun code ne part tant qu'il n'est pas réactivé.",
  notListed:
    "Le numéro n'est pas sur la liste blanche. Il ne peut pas s'inscrire, et aucun code ne lui est envoyé.",
  listedInactive:
    "Le numéro est inactif sur la liste blanche. Il ne peut pas s'inscrire, et aucun code ne lui est envoyé.",
  mayRegister:
    "Le numéro peut s'inscrire, mais aucune inscription n'attend de code. Il faut s'inscrire dans l'application.",
  waiting: "Une inscription attend le code reçu par SMS.",
  noSends: "Aucun code n'a été envoyé à ce numéro depuis 24 heures, ou depuis la remise à zéro des limites.",
  pending: (purpose: string, time: string) =>
    `Le dernier SMS (${purpose}, ${time}) est en cours d'envoi. Attendez quelques minutes.`,
  accepted: (purpose: string, time: string) =>
    `L'opérateur a accepté le dernier SMS (${purpose}, ${time}). On ne sait pas s'il est arrivé : vérifiez que le téléphone est allumé et capte le réseau.`,
  delivered: (purpose: string, time: string) =>
    `Le dernier SMS (${purpose}, ${time}) est arrivé sur le téléphone.`,
  failed: (purpose: string, time: string) =>
    `Le dernier SMS (${purpose}, ${time}) n'arrivera pas. Il faut demander un autre code.`,
  limitReached: (purpose: string, network: string, time: string) =>
    `${purpose} : le réseau ${network} a reçu tous ses codes du jour. Le prochain est possible à partir de : ${time}.`,
  codeLocked: (purpose: string) =>
    `${purpose} : le code est bloqué après trop d'essais. Il faut en demander un autre.`,
  registrationLocked:
    "L'inscription n'a pas de code valable : il est bloqué ou il a expiré. Il faut en demander un autre dans l'application.",
  attemptsUsed:
    "Trop de codes d'activation faux ont été saisis en 24 heures. Remettez les limites à zéro pour en permettre d'autres.",
  notShown:
    "Les mots de passe faux et les SMS que l'opérateur a refusés ne sont pas visibles ici. Remettre les limites à zéro permet de réessayer aussitôt.",
  sends: "Codes envoyés depuis 24 heures",
  sentAt: "Envoyé",
  purpose: "Pour",
  delivery: "Arrivée",
  network: "Réseau",
  nextSends: "Prochain code possible",
  from: "À partir de",
  now: "maintenant",
  sendsLeft: "Codes restants",
  codes: "Codes valables",
  sentTo: "Envoyé au",
  issued: "Émis",
  expires: "Expire",
  attemptsLeft: "Essais restants",
  locked: "bloqué",
  registered: "Inscription",
  registrationExpires: "Gardée jusqu'à",
  attemptsOwn: "Essais restants : titulaire",
  attemptsOthers: "Essais restants : autres",
  registrationCodes: "Codes",
  code: (issued: string, expires: string) => `émis ${issued}, expire ${expires}`,
  attemptsToday: (own: number, others: number) =>
    `Codes d'activation : encore ${own} essais pour le titulaire et ${others} pour tous les autres en 24 heures.`,
};
