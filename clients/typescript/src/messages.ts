import type { ClientReason } from "./error.js";

/** What people read of an error that the service didn't send. */
const MESSAGES: Record<"fr" | "en", Record<ClientReason, string>> = {
  fr: {
    OFFLINE: "Connexion impossible. Vérifiez votre accès à Internet.",
    UNAVAILABLE: "Le service est momentanément indisponible. Veuillez réessayer.",
    TIMEOUT: "Le service met trop de temps à répondre. Veuillez réessayer.",
    CANCELED: "L'opération a été annulée.",
    SIGNED_OUT: "Votre session est terminée. Veuillez vous reconnecter.",
    STORAGE: "Impossible d'accéder au stockage de l'appareil. Veuillez réessayer.",
    UNKNOWN: "Une erreur est survenue.",
  },
  en: {
    OFFLINE: "No connection. Check your access to the internet.",
    UNAVAILABLE: "The service is unavailable at the moment. Please try again.",
    TIMEOUT: "The service takes too long to respond. Please try again.",
    CANCELED: "The operation was canceled.",
    SIGNED_OUT: "Your session has ended. Please sign in again.",
    STORAGE: "The storage of the device is not accessible. Please try again.",
    UNKNOWN: "An error occurred.",
  },
};

/** In the language that the service would choose: French, unless English comes first. */
export function messageFor(reason: ClientReason, language: string | undefined): string {
  return MESSAGES[/^\s*en\b/i.test(language ?? "") ? "en" : "fr"][reason];
}
