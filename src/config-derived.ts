import { DEFAULT_PUBLIC_URL } from "./config-values.js";
import type { Environment } from "./config-variables.js";

// Values of the configuration that follow from several variables.

export function smsConfig(env: Environment) {
  if (env.SMS_PROVIDER === "console") return { provider: "console" } as const;
  return {
    provider: "twilio" as const,
    accountSid: env.TWILIO_ACCOUNT_SID ?? "",
    authToken: env.TWILIO_AUTH_TOKEN ?? "",
    fromNumber: env.TWILIO_FROM_NUMBER ?? "",
  };
}

export function tlsFiles({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile }: Environment) {
  return certFile && keyFile ? { certFile, keyFile } : null;
}

export function metricsAddress({ METRICS_PORT: port, METRICS_HOST: host }: Environment) {
  return port === undefined ? null : { port, host };
}

/** Where the service is reached from outside unless PUBLIC_URL says it: in production its domain, else this machine. */
export function defaultPublicUrl({ NODE_ENV, PORT, TLS_CERT_FILE }: Environment): string {
  const scheme = TLS_CERT_FILE === undefined ? "http" : "https";
  return NODE_ENV === "production" ? DEFAULT_PUBLIC_URL : `${scheme}://localhost:${PORT}`;
}

/** The names in the host of a URL, without the short ones (`www`, `app`, `com`); those in the text if it is no URL. */
export function namesIn(issuer: string): string[] {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname || issuer : issuer;
  return [host, ...host.split(/[^\p{L}\p{N}-]+/u)].filter((name) => name.length > 3 && /\p{L}/u.test(name));
}
