import { accountActs } from "./account-acts.js";
import { accountSms } from "./account-sms.js";
import { accountWords } from "./account-words.js";

export const accounts = {
  searchHint: "Début ou fin d'un numéro, nom, email",
  name: "Nom",
  joined: "Inscrit",
  lastSignIn: "Dernière connexion",
  staff: "Administrateurs",
  customers: "Clients",
  joinedFrom: "Inscrit à partir du",
  joinedUntil: "Inscrit jusqu'au",
  active: "Actifs",
  deactivated: "Désactivés",
  leaving: "Suppression demandée",
  pending: "Inscriptions en attente",
  list: "Liste des comptes",
  showNumber: (phone: string) => `Voir ce que l'on sait du numéro ${phone}`,
  noAccountFound: "Aucun compte n'a ce numéro.",

  accountTitle: (id: string) => `Compte n° ${id}`,
  noAccount: "Ce numéro n'a pas de compte.",
  isActive: "La personne peut se connecter.",
  isDeactivated: "Un administrateur a désactivé le compte. La personne ne peut pas se connecter.",
  isLeaving: (time: string) =>
    `La personne a demandé la suppression. Le compte est effacé le ${time}, sauf si elle se connecte avant.`,
  unknownNumber:
    "On ne sait rien de ce numéro : il n'a ni compte, ni inscription en attente, ni code depuis 24 heures, et n'est pas sur la liste blanche. Il ne peut donc pas s'inscrire.",
  superuserOnly:
    "C'est le compte d'un super-administrateur. Seul un super-administrateur peut le voir et le modifier.",
  whitelistLink: "Voir l'entrée et son historique",
  whitelistSearch: "Chercher dans la liste blanche",
  notListed: "Le numéro n'est pas sur la liste blanche.",
  listed: "Le numéro est sur la liste blanche.",
  listedInactive: "Le numéro est sur la liste blanche, mais inactif.",
  addedAt: "Ajouté",

  sessions: "Sessions",
  openSessions: (count: number) => (count > 1 ? `${count} sessions ouvertes` : `${count} session ouverte`),
  readIsRecorded: "La consultation est notée dans l'historique.",
  showSessions: "Afficher les sessions",
  client: "Appareil",
  ip: "Adresse IP",
  opened: "Ouverte",
  lastUsed: "Dernière utilisation",
  ownSession: "votre session",

  showHistory: "Afficher l'historique",
  showViews: "Afficher aussi les consultations",
  more: "Afficher la suite",
  act: "Opération",
  details: "Détails",
  goneActor: (id: number) => `compte n° ${id}`,
  changed: (field: string, before: string, after: string) => `${field} : ${before} → ${after}`,
  withReason: (reason: string) => `Motif : ${reason}`,
  endedSessions: (count: number) => `Sessions fermées : ${count}`,
  session: (id: string) => `Session ${id}`,

  words: accountWords,
  sms: accountSms,
  acts: accountActs,
};
