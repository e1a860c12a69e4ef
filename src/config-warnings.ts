import { clearTextOrigins } from "./config-origins.js";
import { type ConfigScope, hasUnusedTwilio } from "./config-rules.js";
import { DEFAULT_PUBLIC_URL } from "./config-values.js";
import type { Variables } from "./config-variables.js";

/** What probably is a mistake on a production server. */
const PRODUCTION_WARNINGS = [
  sharedAuditKey,
  optionalRegistration,
  optionalSecondFactor,
  defaultedPublicUrl,
  clearTextConsole,
  clearTextOrigins,
];

/** Lists what is allowed and probably a mistake. */
export function configWarnings(variables: Variables, scope: ConfigScope): string[] {
  const isProductionServer = scope === "server" && variables.NODE_ENV === "production";
  return [
    ...unusedTwilio(variables),
    ...unusedRatio(variables),
    ...(isProductionServer ? PRODUCTION_WARNINGS.flatMap((warn) => warn(variables)) : []),
  ];
}

function unusedTwilio(variables: Variables): string[] {
  if (!hasUnusedTwilio(variables)) return [];
  return [
    "SMS_PROVIDER is not twilio: messages are printed instead of sent, and the TWILIO_ variables are not used",
  ];
}

function unusedRatio({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }: Variables): string[] {
  const isUsed = OTEL_TRACES_SAMPLER?.endsWith("traceidratio");
  if (isUsed || !OTEL_TRACES_SAMPLER_ARG || OTEL_TRACES_SAMPLER_ARG === "1") return [];
  return [
    "OTEL_TRACES_SAMPLER_ARG is not used: OTEL_TRACES_SAMPLER is neither traceidratio nor parentbased_traceidratio",
  ];
}

function sharedAuditKey({ AUDIT_SECRET }: Variables): string[] {
  if (AUDIT_SECRET) return [];
  return [
    "AUDIT_SECRET is not set, so CODE_SECRET also seals the account history: " +
      "if you change CODE_SECRET, add its old value to AUDIT_SECRET, so that the history stays verifiable",
  ];
}

function optionalRegistration({ ACTIVATION_NEEDS_REGISTRATION }: Variables): string[] {
  if (ACTIVATION_NEEDS_REGISTRATION === "true") return [];
  return [
    "ACTIVATION_NEEDS_REGISTRATION is not true: clients that do not send their registration are told apart by " +
      "address, so a neighbour behind the same address can register their number and be activated by their code",
  ];
}

function optionalSecondFactor({ ADMIN_SECOND_FACTOR }: Variables): string[] {
  if (ADMIN_SECOND_FACTOR === "sms") return [];
  return [
    "ADMIN_SECOND_FACTOR is not sms: the password of an administrator is enough for the methods for administrators",
  ];
}

function clearTextConsole({ PUBLIC_URL = "", CONSOLE }: Variables): string[] {
  if (!PUBLIC_URL.startsWith("http:") || CONSOLE === "false") return [];
  return [
    "PUBLIC_URL is not https: the console's cookies, which keep administrators signed in, are sent over networks in clear text",
  ];
}

function defaultedPublicUrl({ PUBLIC_URL }: Variables): string[] {
  if (PUBLIC_URL) return [];
  return [
    `PUBLIC_URL is not set: links in messages that stop or undo a phone change start with ${DEFAULT_PUBLIC_URL}`,
  ];
}
