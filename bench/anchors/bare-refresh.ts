import { randomUUID } from "node:crypto";
import { rotate } from "../../src/sessions/session-statements.js";
import type { UserAttributes } from "../../src/users/user-row.js";
import type { BareProfileDeps } from "./bare-profile.js";
import { run } from "./bare-stores.js";
import { userClaims } from "./bare-tokens.js";

const ACCESS_TTL_SECONDS = 900;
const REFRESH_TTL_SECONDS = 604_800;
const REUSE_GRACE_SECONDS = 10;
const SESSION_MAX_AGE_SECONDS = 15_552_000;

interface SuccessorRow extends UserAttributes {
  successor_id: string;
  issued_at: Date;
  expires_at: Date;
  at: Date;
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** What a refresh can't do without: check the token, count the call, rotate it, sign two. */
export async function refreshSession(deps: BareProfileDeps, body: string) {
  const now = new Date();
  const { refresh } = JSON.parse(body) as { refresh: string };
  const { sub, sid, jti } = deps.tokens.verify("refresh", refresh);
  await deps.limits.consume(`auth:60:session-${sid}`);
  const [row] = await run<SuccessorRow>(deps.pool, rotate, [
    ...[sid, Number(sub), jti, now, REUSE_GRACE_SECONDS, SESSION_MAX_AGE_SECONDS],
    ...[randomUUID(), REFRESH_TTL_SECONDS, "127.0.0.1"],
  ]);
  if (!row) throw new Error("the refresh token is not accepted");

  const issued = { sub, sid };
  const start = seconds(now);
  return {
    access: deps.tokens.sign("access", {
      ...issued,
      ...userClaims(row),
      jti: randomUUID(),
      iat: start,
      exp: start + ACCESS_TTL_SECONDS,
    }),
    refresh: deps.tokens.sign("refresh", {
      ...issued,
      jti: row.successor_id,
      iat: seconds(row.issued_at),
      exp: seconds(row.expires_at),
    }),
    access_expires_in: ACCESS_TTL_SECONDS,
    refresh_expires_in: seconds(row.expires_at) - seconds(row.at),
  };
}
