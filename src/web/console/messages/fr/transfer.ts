import type { ImportOutcome } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import type { Words } from "../words.js";

export const transfer = {
  title: "Importer et exporter la liste blanche",
  backToList: "Retour à la liste blanche",

  importTitle: "Importer",
  importHint:
    "Fichier CSV avec les colonnes phone, notes et is_active (les deux dernières sont facultatives), 100 Mio au plus. Le fichier est d'abord vérifié : rien n'est modifié avant votre accord.",
  chooseFile: "Fichier CSV",
  dropHint: "Choisissez un fichier, ou déposez-le dans ce cadre.",
  onlyOneFile: "Déposez un seul fichier à la fois.",
  fileTooLarge: "Ce fichier dépasse 100 Mio. Divisez-le en plusieurs fichiers.",
  fileChanged:
    "Ce fichier n'est plus lisible : il a été modifié, déplacé ou supprimé depuis que vous l'avez choisi. Choisissez-le de nouveau.",
  file: (name: string, size: string) => `Fichier : ${name} (${size})`,
  anotherFile: "Choisir un autre fichier",

  checking: "Vérification du fichier…",
  applying: "Import en cours… Gardez cette page ouverte.",
  sent: (percent: string) => `Envoyé : ${percent}`,
  processing: "Fichier envoyé. Le service traite les lignes…",
  brokenOff:
    "L'import s'est interrompu. Les lignes traitées avant restent importées. Vous pouvez le relancer : aucun numéro ne sera ajouté deux fois.",
  mayBeApplied:
    "L'import s'est interrompu : il a été appliqué en entier, ou pas du tout. Vous pouvez le relancer : aucun numéro ne sera ajouté deux fois.",

  checkTitle: "Résultat de la vérification",
  checkedOnly: "Rien n'a encore été modifié. Voici ce que l'import ferait.",
  appliedTitle: "Résultat de l'import",
  applied: (count: string) => `Import terminé. Numéros ajoutés ou réactivés : ${count}.`,
  total: "Lignes lues",
  added: "Ajoutés",
  reactivated: "Réactivés",
  unchanged: "Déjà dans la liste",
  notApplied: "Non appliqués",
  allOrNothing: "Tout ou rien : n'importer aucune ligne si une seule est refusée",
  nothingWithRefused: "Avec cette option, rien ne sera importé tant que des lignes sont refusées.",
  nothingToApply: "Ce fichier ne contient aucune ligne à importer.",

  lines: "Lignes du fichier, les lignes refusées en premier",
  someLines: (shown: string, total: string) =>
    `${shown} lignes sur ${total}, les lignes refusées en premier. Les autres ne sont pas affichées.`,
  line: "Ligne",
  result: "Résultat",
  reason: "Motif du refus",
  outcomes: [
    "–",
    "Ajouté",
    "Réactivé",
    "Déjà dans la liste",
    "Refusé",
    "Non appliqué",
  ] satisfies Words<ImportOutcome>,
  downloadRefused: "Télécharger les lignes refusées",
  refusedHint: "Corrigez les lignes refusées dans un tableur, puis importez le fichier corrigé.",
  someRefused: (shown: string, total: string) =>
    `Le fichier contient les ${shown} premières lignes refusées sur ${total}.`,
  refusedSaved: (name: string) => `Fichier enregistré : ${name}.`,
  refusedFile: "lignes-refusees",

  exportTitle: "Exporter",
  exportAll: "Toute la liste blanche est exportée.",
  exportFiltered: "Seuls les numéros qui correspondent à ces filtres sont exportés :",
  search: "Recherche",
  orderBy: "Tri",
  orders: {
    added_at: "par date d'ajout, les plus anciens d'abord",
    phone: "par numéro croissant",
    "phone desc": "par numéro décroissant",
  },
  delimiter: "Séparateur",
  delimiterHint: "Excel en français attend le point-virgule.",
  semicolon: "Point-virgule (;)",
  comma: "Virgule (,)",
  download: "Télécharger le fichier CSV",
  received: (size: string) => `Reçu : ${size}`,
  exporting: "Export en cours…",
  saved: (name: string, size: string) => `Fichier enregistré : ${name} (${size}).`,
};
