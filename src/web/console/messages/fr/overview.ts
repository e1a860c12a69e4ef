/** French counts 0 and 1 in the singular. */
const isOne = (count: number) => count < 2;

export const overview = {
  reload: "Actualiser",
  asOf: (time: string) => `Données du ${time}`,
  stateTitle: "État du service",
  noTrouble: "Aucun problème connu.",
  smsPaused:
    "L'envoi de SMS est suspendu (SMS_PAUSED) : aucun code ni aucune confirmation ne part, et personne ne peut s'inscrire ni réinitialiser son mot de passe.",
  smsFailed: (failed: string, count: number) =>
    isOne(count)
      ? `Dans la dernière heure, ${failed} message n'a pas été accepté par le fournisseur de SMS.`
      : `Dans la dernière heure, ${failed} messages n'ont pas été acceptés par le fournisseur de SMS.`,
  limitsInMemory:
    "Redis n'est pas configuré ou ne répond pas : chaque processus compte seul les limites de débit.",
  sends: (sent: string, count: number) =>
    isOne(count)
      ? `${sent} message envoyé dans la dernière heure.`
      : `${sent} messages envoyés dans la dernière heure.`,
  total: "Total",
  accountChanges: "Dernières modifications des comptes",
  whitelistChanges: "Dernières modifications de la liste blanche",
  what: "Modification",
  goneAccount: (id: number) => `Compte n° ${id}, effacé`,
  noChanges: "Aucune modification.",
  unknownActor: "Compte effacé",
  commandLineOrErased: "Ligne de commande ou compte effacé",
  imported: (changes: string) => `Importation de ${changes} numéros`,
  importedAtLeast: (changes: string) => `Importation de ${changes} numéros ou plus`,
};
