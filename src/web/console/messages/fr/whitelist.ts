import type { WhitelistAction } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import type { Words } from "../words.js";

const formatNumber = (count: number) => count.toLocaleString("fr");

/** `3 numéros`: French counts zero in the singular. */
const numbers = (count: number) => `${formatNumber(count)} numéro${count < 2 ? "" : "s"}`;

export const whitelist = {
  add: "Ajouter un numéro",
  transfer: "Importer et exporter",
  statistics: "Toute la liste",
  total: "Numéros",
  activeCount: "Actifs",
  inactiveCount: "Inactifs",
  caption: (count: number, page: number) => `Page ${page} : ${numbers(count)}`,
  emptyHint: (phone: string) => `${phone} n'est pas dans la liste blanche.`,
  addThis: "Ajouter ce numéro",

  searchHint: "Trois chiffres au moins, un mot des notes, ou qui a ajouté le numéro",
  active: "Actif",
  inactive: "Inactif",
  addedBy: "Ajouté par",
  addedByHint: "Numéro de téléphone ou identifiant",
  addedAfter: "Ajouté à partir du",
  addedUntil: "Ajouté jusqu'au",

  notesHint: "1000 caractères au plus",
  addedAt: "Ajouté le",
  nobody: "Non indiqué",
  unfold: "Tout afficher",
  fold: "Réduire",
  selectPage: "Sélectionner toute la page",
  select: (phone: string) => `Sélectionner ${phone}`,
  activate: "Activer",
  deactivate: "Désactiver",
  edit: "Modifier",
  editNotes: "Modifier les notes",
  remove: "Retirer",
  of: (action: string, phone: string) => `${action} : ${phone}`,

  isActive: "Le numéro peut créer un compte",
  addSubmit: "Ajouter",
  added: (phone: string) => `${phone} est dans la liste blanche. Vous pouvez en ajouter un autre.`,
  notesSaved: (phone: string) => `Notes de ${phone} enregistrées.`,
  activated: (phone: string) => `${phone} est actif.`,
  deactivated: (phone: string) => `${phone} est inactif.`,
  removed: (phone: string) => `${phone} est retiré de la liste blanche.`,
  gone: (phone: string) =>
    `Quelqu'un d'autre a retiré ${phone} entre-temps. La liste a été actualisée, rien n'a été modifié.`,
  removeTitle: (phone: string) => `Retirer ${phone} ?`,
  removeHint: "Ce numéro ne pourra plus créer de compte. S'il en a déjà un, ce compte n'est pas touché.",

  selected: (count: number) => `${numbers(count)} sélectionné${count < 2 ? "" : "s"}`,
  allSelected: (count: number | null) =>
    count === null
      ? "Tous les numéros qui correspondent aux filtres sont sélectionnés."
      : `Les ${numbers(count)} de la liste sont sélectionnés.`,
  selectAll: (count: number | null) =>
    count === null ? "Sélectionner tout ce qui correspond aux filtres" : `Sélectionner les ${numbers(count)}`,
  unselect: "Annuler la sélection",
  selectionActions: "Actions sur la sélection",
  collecting: (count: number) => `Recherche des numéros sélectionnés… ${numbers(count)} jusqu'ici.`,
  nothingSelected: "Aucun numéro ne correspond aux filtres.",
  bulk: {
    activate: {
      title: "Activer la sélection",
      confirm: (count: number) => `${numbers(count)} : création d'un compte permise.`,
    },
    deactivate: {
      title: "Désactiver la sélection",
      confirm: (count: number) =>
        `${numbers(count)} : création d'un compte interdite. Les comptes existants ne sont pas touchés.`,
    },
    notes: {
      title: "Modifier les notes de la sélection",
      confirm: (count: number) => `${numbers(count)} : ces notes remplacent les notes actuelles.`,
    },
    remove: {
      title: "Retirer la sélection",
      confirm: (count: number) =>
        `${numbers(count)} à retirer de la liste blanche. Les comptes existants ne sont pas touchés, l'historique est conservé.`,
    },
  },
  bulkHeading: (title: string, count: number) => `${title} : ${numbers(count)}`,
  progress: (done: number, total: number) => `${formatNumber(done)} sur ${numbers(total)}`,
  running: "En cours. Gardez cette page ouverte.",
  stopping: "Arrêt après l'appel en cours…",
  waitsUntil: (time: string) => `Le service demande d'attendre. La suite part d'elle-même à ${time}.`,
  paused: "En pause : les numéros suivants ne sont pas encore traités.",
  done: "Terminé.",
  goOn: "Continuer",
  closeReport: "Fermer le rapport",
  changed: "Modifiés",
  unchanged: "Inchangés",
  left: "Pas encore traités",
  repeated: "Après une coupure, les numéros déjà traités sont comptés comme inchangés.",
  refusedCaption: "Numéros refusés",
  why: "Raison",
  moreRefused: (count: number) => `Et ${numbers(count)} de plus.`,

  historyTitle: (phone: string) => `Historique de ${phone}`,
  historyCaption: "Du plus récent au plus ancien",
  neverListed: "Ce numéro n'a jamais été dans la liste blanche.",
  showInList: "Voir dans la liste",
  action: "Action",
  before: "Avant",
  after: "Après",
  notListed: "Pas dans la liste",
  byImport: (id: string) => `import ${id}`,
  actions: [
    "–",
    "Ajout",
    "Réactivation",
    "Désactivation",
    "Notes modifiées",
    "Retrait",
  ] satisfies Words<WhitelistAction>,
};
