import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Config } from "../../config.js";
import { openTls } from "../../http/tls.js";
import type { Clock } from "../../system/clock.js";
import type { Logger } from "../../system/logger.js";
import { type Check, type Finding, ok, problem, skipped, warning } from "./finding.js";

const DAY_MS = 86_400_000;
/** Time (days) before a certificate's end in which it should have been renewed. */
const RENEWAL_DAYS = 14;

/** Checks the server's certificate. */
export function tlsCheck({ tls }: Config, clock: Clock, logger: Logger): Check {
  return {
    name: "tls",
    needs: ["TLS_CERT_FILE", "TLS_KEY_FILE"],
    async run() {
      if (!tls) return skipped("TLS_CERT_FILE is not set: the port speaks no TLS");
      (await openTls(tls, logger)).close();
      const { validTo } = new X509Certificate(await readFile(tls.certFile));
      return judgeValidity(new Date(validTo), clock.now());
    },
  };
}

export function judgeValidity(validTo: Date, now: Date): Finding {
  const end = validTo.toISOString();
  const daysLeft = (validTo.getTime() - now.getTime()) / DAY_MS;
  const advice = "renew the certificate: the server reads its files again every minute";
  if (daysLeft < 0) return problem(`the certificate ended at ${end}`, advice);
  if (daysLeft < RENEWAL_DAYS) return warning(`the certificate ends at ${end}`, advice);
  return ok(`the certificate is valid until ${end}`);
}
