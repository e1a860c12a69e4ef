import type {
  AccountAction,
  AccountActorKind,
  AccountRole,
  AccountState,
  CodePurpose,
} from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import type { Delivery } from "#client/gen/waterbill/identity/v1/challenge_pb.js";
import type { Words } from "../words.js";

/** For values of a later version of the service. */
const OTHER = "Autre";

/** Words for the values of the service. */
export const accountWords = {
  states: [OTHER, "Actif", "Désactivé", "Suppression demandée"] satisfies Words<AccountState>,
  roles: [OTHER, "Client", "Administrateur", "Super-administrateur"] satisfies Words<AccountRole>,
  purposes: [
    OTHER,
    "Activation",
    "Mot de passe oublié",
    "Changement de mot de passe",
    "Changement de numéro",
    "Suppression du compte",
    "Connexion d'un administrateur",
  ] satisfies Words<CodePurpose>,
  deliveries: [
    OTHER,
    "En cours d'envoi",
    "Accepté par l'opérateur",
    "Reçu par le téléphone",
    "N'arrivera pas",
  ] satisfies Words<Delivery>,
  actions: [
    OTHER,
    "Inscription",
    "Activation",
    "Réactivation",
    "Nombreux mots de passe faux",
    "Création sans inscription",
    "Changement de rôle",
    "Changement de numéro",
    "Changement de numéro arrêté",
    "Changement de numéro annulé",
    "Modification du profil",
    "Désactivation",
    "Mot de passe réinitialisé",
    "Mot de passe changé",
    "Session fermée",
    "Consultation",
    "Copie des données",
    "Suppression demandée",
    "Suppression annulée",
    "Effacement",
    "Limites remises à zéro",
    "Session fermée : jeton réutilisé",
    "Connexion confirmée par code",
  ] satisfies Words<AccountAction>,
  actors: [
    OTHER,
    "Titulaire",
    "Administrateur",
    "Ligne de commande",
    "Le service",
  ] satisfies Words<AccountActorKind>,
  /** A network, or a device. */
  unknown: "inconnu",
  /** By the names of the service, as the history has them. */
  fields: {
    first_name: "Prénom",
    last_name: "Nom",
    email: "Email",
    address: "Adresse",
    apartment_name: "Appartement",
    phone: "Numéro",
    role: "Rôle",
    account: "page du compte",
    sessions: "sessions",
    history: "historique",
  },
};
