/**
 * Every message that a person reads, in French, in the specification's words where it has them.
 * `en.ts` has the same keys, which the compiler enforces.
 */
export const fr = {
  // Success messages (REST envelope).
  registered: "Compte créé avec succès. Un code d'activation a été envoyé par SMS.",
  activated: "Compte activé avec succès. Vous pouvez maintenant vous connecter.",
  codeResent: "Un nouveau code d'activation a été envoyé.",
  loggedIn: "Connexion réussie.",
  loggedInAndKept: "Connexion réussie. La suppression de votre compte est annulée.",
  loggedOut: "Déconnexion réussie",
  profileRead: "Profil récupéré avec succès.",
  profileUpdated: "Profil mis à jour avec succès.",
  sessionsRead: "Sessions récupérées avec succès",
  sessionEnded: "Session fermée avec succès",
  otherSessionsEnded: "Autres sessions fermées avec succès",
  accountExported: "Données du compte exportées avec succès",
  accountSessionsEnded: "Sessions du compte fermées avec succès",
  secondFactorConfirmed: "Connexion confirmée.",
  passwordResetRequested:
    "Si un compte est associé à ce numéro, un code de vérification a été envoyé par SMS.",
  passwordReset: "Mot de passe réinitialisé avec succès.",
  verificationCodeSent: "Un code de vérification a été envoyé par SMS.",
  passwordChanged: "Mot de passe modifié avec succès.",
  phoneChangeCancelled:
    "Le changement de numéro est annulé. S'il était déjà fait, votre ancien numéro est rétabli et vous devez réinitialiser votre mot de passe.",
  phoneChanged: "Numéro de téléphone modifié avec succès.",
  accountDeletionRequested:
    "Si un compte peut être supprimé, un code de vérification a été envoyé par SMS à son numéro.",
  accountDeletionConfirmed:
    "La suppression de votre compte est confirmée. Vous pouvez l'annuler en vous connectant avant la date d'effacement.",
  whitelistRead: "Liste blanche récupérée avec succès",
  entryAdded: "Numéro ajouté à la liste blanche avec succès",
  phoneAuthorized: "Numéro autorisé",
  phoneNotAuthorized: "Numéro non autorisé",
  entryUpdated: "Numéro modifié dans la liste blanche avec succès",
  entryRemoved: "Numéro supprimé de la liste blanche avec succès",
  historyRead: "Historique récupéré avec succès",
  batchReported: "Traitement terminé",
  importReported: "Importation terminée",
  importPreviewed: "Simulation terminée : rien n'a été modifié",
  importNotApplied: "Importation refusée : rien n'a été modifié",
  usersRead: "Utilisateurs récupérés avec succès",
  overviewRead: "Vue d'ensemble récupérée avec succès",
  userRead: "Utilisateur récupéré avec succès",
  userActivated: "Compte activé avec succès",
  userDeactivated: "Compte désactivé avec succès",
  roleSet: "Rôle du compte enregistré avec succès",
  accountUpdated: "Profil du compte mis à jour avec succès",
  limitsCleared: "Limites du numéro réinitialisées avec succès",
  accountErased: "Compte effacé avec succès",

  // Errors of calls.
  invalidRequest: "Données invalides.",
  phoneRequired: "Le numéro de téléphone est obligatoire.",
  phoneInvalid: "Le numéro de téléphone est invalide.",
  phoneLength: "Le numéro de téléphone doit contenir entre 9 et 15 chiffres.",
  phoneTaken: "Un utilisateur avec ce numéro de téléphone existe déjà.",
  phoneNotWhitelisted:
    "Votre numéro de téléphone n'est pas autorisé à créer un compte sur cette plateforme. Veuillez contacter le service client pour obtenir l'autorisation.",
  emailTaken: "Cette adresse email est déjà utilisée.",
  codeIncorrect: "Code d'activation incorrect.",
  codeExpired: "Le code d'activation a expiré.",
  codeLocked: "Trop de tentatives échouées. Demandez un nouveau code.",
  verificationCodeIncorrect: "Code de vérification incorrect ou expiré.",
  alreadyActive: "Ce compte est déjà activé.",
  tokenRequired: "Le token est requis.",
  tokenInvalid: "Token UUID invalide.",
  linkRejected: "Token invalide ou expiré.",
  credentialsRejected: "Numéro de téléphone ou mot de passe incorrect.",
  accountNotActivated: "Ce compte n'est pas encore activé.",
  currentPasswordIncorrect: "Le mot de passe actuel est incorrect.",
  reauthenticationRequired: "Veuillez confirmer votre mot de passe.",
  secondFactorRequired: "Confirmez votre connexion avec le code envoyé par SMS.",
  unauthenticated: "Authentification requise.",
  refreshRejected: "Refresh token invalide ou expiré.",
  refreshBlacklisted: "Refresh token déjà blacklisté.",
  adminRequired: "Réservé aux administrateurs.",
  superuserRequired: "Réservé aux super-administrateurs.",
  scopeRequired: "Réservé aux services autorisés.",
  entryExists: "Ce numéro est déjà dans la liste blanche.",
  entryNotFound: "Numéro non trouvé dans la liste blanche.",
  accountNotFound: "Aucun compte n'a ce numéro de téléphone.",
  sessionNotFound: "Aucune session ouverte n'a cet identifiant.",
  lastSuperuser: "Le dernier superutilisateur actif doit le rester.",
  rateLimited: (seconds: number) => `Trop de requêtes. Réessayez dans ${seconds} secondes.`,
  smsUnavailable: "Échec de l'envoi du SMS.",
  overloaded: "Service momentanément surchargé.",
  internal: "Erreur interne du serveur.",
  registrationFailed: (reason: string) => `Erreur lors de l'inscription: ${reason}`,

  // Violations of the password policy: Django's four rules and the maximum length.
  passwordTooShort: (minimum: number) =>
    `Ce mot de passe est trop court. Il doit contenir au minimum ${minimum} caractères.`,
  passwordTooLong: (maximum: number) =>
    `Ce mot de passe est trop long. Il doit contenir au maximum ${maximum} caractères.`,
  passwordTooCommon: "Ce mot de passe est trop courant.",
  passwordEntirelyNumeric: "Ce mot de passe est entièrement numérique.",
  passwordTooSimilar: {
    phone: "Le mot de passe est trop semblable au champ « numéro de téléphone ».",
    firstName: "Le mot de passe est trop semblable au champ « prénom ».",
    lastName: "Le mot de passe est trop semblable au champ « nom de famille ».",
    email: "Le mot de passe est trop semblable au champ « adresse email ».",
  },
  passwordsDiffer: "Les mots de passe ne correspondent pas.",

  // Violations of a field's format.
  fieldRequired: "Ce champ est obligatoire.",
  fieldInvalid: "Cette valeur n'est pas valide.",
  reasonNamesAccount:
    "Le motif reste dans l'historique. Il ne doit contenir ni numéro, ni nom, ni autre donnée du compte.",
  idsOrPhones: "Indiquez soit des identifiants, soit des numéros de téléphone.",
  batchChange: "Indiquez is_active ou notes, ou bien remove seul.",
  fieldTooMany: (maximum: number) => `Ce champ doit contenir au maximum ${maximum} éléments.`,
  fieldTooLong: (maximum: number) => `Ce champ doit contenir au maximum ${maximum} caractères.`,
  fieldControlCharacters: "Ce champ contient des caractères non autorisés.",
  fieldWrongType: "Cette valeur n'a pas le bon type.",
  dateInvalid: "Saisissez une date comme 2026-01-31 ou 2026-01-31T12:00:00Z.",
  emailInvalid: "Saisissez une adresse email valide.",
  pageTokenInvalid: "Ce jeton de page n'est pas valide pour cette liste.",
  orderInvalid: (fields: string) => `Ordre inconnu. Ordres possibles : ${fields}.`,

  // Errors of an import's lines and files, and of an export's format.
  delimiterInvalid: "Séparateur inconnu. Séparateurs possibles : virgule, point-virgule ou tabulation.",
  isActiveInvalid: "L'état doit être true ou false.",
  lineTooManyColumns: "Cette ligne a trop de colonnes.",
  csvLineTooLong:
    "Le fichier est illisible à partir de cette ligne : un guillemet n'est pas fermé, ou la ligne est trop longue.",
  csvIsWorkbook:
    "Ce fichier est un classeur de tableur (Excel, LibreOffice), pas un fichier CSV. Enregistrez-le au format CSV, puis importez le fichier CSV.",
  csvNotText: "Ce fichier n'est pas un fichier CSV.",
  csvEmpty: "Ce fichier est vide.",
  importMixed: "Une importation contient soit des entrées, soit un fichier CSV.",

  // Web pages: the name of the language in itself, then each page.
  languageName: "Français",
  phoneChangePage: {
    title: "Annuler un changement de numéro",
    question: "Un changement du numéro de téléphone de votre compte WaterBill a été demandé ou effectué.",
    consequence:
      "Si ce n'est pas vous, annulez-le. S'il est déjà effectué, votre ancien numéro est rétabli, tous les appareils sont déconnectés et vous devez réinitialiser votre mot de passe.",
    button: "Annuler le changement de numéro",
    unreachable: "Le service n'a pas répondu. Réessayez.",
    scriptNeeded: "Cette page a besoin de JavaScript. Activez-le dans votre navigateur.",
  },
  accountDeletionPage: {
    title: "Supprimer votre compte WaterBill",
    introduction:
      "Vous n'avez pas besoin de l'application : un SMS à votre numéro prouve que le compte est à vous.",
    introductionToLink:
      "Saisissez le code du SMS qui vous a amené ici. Tant que vous n'appuyez pas sur le bouton, rien ne change.",
    closing: "Dès que vous confirmez, le compte est fermé et tous ses appareils sont déconnectés.",
    erasing: (delay: string) =>
      `Il est effacé ${delay} plus tard. Si vous vous connectez avant, vous le gardez.`,
    erasedTitle: "Ce qui est effacé",
    erased:
      "Votre numéro de téléphone, votre nom, votre adresse email, votre adresse et votre appartement ; votre mot de passe et la liste de vos appareils ; l'autorisation de vous inscrire. Pour un nouveau compte, contactez le service client.",
    keptTitle: "Ce qui est conservé",
    kept: "La liste des opérations sur le compte avec leurs dates, sans votre nom ni votre numéro, comme preuve. Les traces techniques (SMS envoyés, journaux, sauvegardes) disparaissent à la fin de leur durée de conservation.",
    phone: "Numéro de téléphone du compte",
    phoneHint: "Avec l'indicatif du pays, par exemple +237 670 00 00 00",
    request: "Recevoir le SMS",
    requestAgain: "Renvoyer le SMS",
    sent: "Si un compte avec ce numéro peut être supprimé, un SMS avec un code et un lien est en route. Ouvrez le lien. Si vous lisez le SMS sur un autre appareil, saisissez ici le lien et le code.",
    nextSend: "Si le SMS n'arrive pas, vous pouvez le redemander à partir de :",
    tooEarly: "Un SMS est déjà en route. Vous pouvez le redemander à partir de :",
    link: "Lien reçu par SMS",
    linkHint: "Le lien entier, ou ce qui suit «\u00a0token=\u00a0»",
    code: "Code reçu par SMS",
    codeHint: "6 chiffres, valables 10 minutes",
    confirm: "Supprimer mon compte",
    linkOver: "S'il a déjà servi, la suppression a été enregistrée. Sinon, demandez un autre SMS.",
    newSms: "Demander un autre SMS",
    doneTitle: "Votre demande est confirmée",
    erasedAt: "Votre compte sera effacé :",
    howToKeep:
      "Vous changez d'avis ? Connectez-vous dans l'application avant cette date : la suppression est annulée.",
    sending: "Envoi en cours…",
    offline: "Vous n'êtes pas connecté à Internet. Vérifiez la connexion, puis réessayez.",
    unreachable: "Le service n'a pas répondu. Réessayez.",
    scriptNeeded: "Cette page a besoin de JavaScript. Activez-le dans votre navigateur.",
  },

  // Errors of the HTTP request.
  bodyNotJson: "Le corps de la requête n'est pas un objet JSON valide.",
  bodyTooLarge: "Le corps de la requête est trop volumineux.",
  bodyUnreadable: "Le corps de la requête est illisible.",
  fileTypeUnsupported: "Envoyez le fichier en text/csv ou en multipart/form-data.",
  formUnreadable: "Le formulaire multipart est illisible : il est incomplet ou mal formé.",
  formFileMissing: "Le formulaire ne contient pas de fichier.",
  formFileNotAlone: "Le formulaire contient plusieurs fichiers. Importez-les un par un.",
  formFileEncoded:
    "Le fichier du formulaire est encodé (Content-Transfer-Encoding). Envoyez-le sans encodage.",
  formFieldMisplaced: "Ce champ se met dans l'URL, pas dans le formulaire.",
  contentTypeUnsupported: "Ce type de contenu n'est pas pris en charge.",
  jsonRequired:
    "Le corps de la requête doit être en JSON (UTF-8), avec l'en-tête « Content-Type: application/json ».",
  consoleLoads:
    "Chargement… Si rien d'autre ne s'affiche au bout d'une minute, rechargez la page : le service est peut-être en cours de mise à jour.",
  consoleNeedsScript: "Cette page a besoin de JavaScript.",
  originForeign: "Cette requête ne vient pas d'une page de ce service.",
  hostInvalid: "La requête doit nommer un seul hôte valide.",
  pathUnknown: "Ressource introuvable.",
  methodNotAllowed: "Méthode non autorisée.",
  deadlineExceeded: "Le délai de la requête est dépassé.",
};

/** The messages of one language. */
export type Catalogue = typeof fr;
