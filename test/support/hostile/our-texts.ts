import { en } from "../../../src/messages/en.js";
import { fr } from "../../../src/messages/fr.js";

/** What grpc.health.v1 answers to machines, in one language. */
const HEALTH_TEXTS = { unknown: "unknown service" };

const CATALOGUE = [fr, en, HEALTH_TEXTS]
  .flatMap(patternsOf)
  .sort((a, b) => b.source.length - a.source.length);

/** A pattern for every message, with anything in place of its values. */
function patternsOf(messages: unknown): RegExp[] {
  if (typeof messages === "object") return Object.values(messages as object).flatMap(patternsOf);
  const isTemplate = typeof messages === "function";
  const text: string = isTemplate ? messages("\u0001") : String(messages);
  const source = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("\u0001", "[\\w, ]*?");
  return [new RegExp(source)];
}

/** Whether a text consists of our messages only. */
export function isOurs(text: string): boolean {
  return CATALOGUE.reduce((rest, message) => rest.replace(message, ""), text).trim() === "";
}
