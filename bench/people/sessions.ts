import { randomUUID } from "node:crypto";
import type pg from "pg";
import { type BareTokens, userClaims } from "../anchors/bare-tokens.js";
import { connectHttp1, type Http1Client, jsonRequest } from "../traffic/http1-client.js";
import { type Account, loginRequest } from "./accounts.js";

/** The tokens of a session. */
export interface Tokens {
  access: string;
  refresh: string;
}

/** Opens sessions and renews their tokens, at the service or at the bare server. */
export interface Sessions {
  open(accounts: readonly Account[]): Promise<Tokens[]>;
  /** Returns new tokens for each session, of which the old access tokens stay valid. */
  renew(tokens: readonly Tokens[]): Promise<Tokens[]>;
}

/** Calls that run side by side: more would only wait for a core to hash on. */
const CONCURRENCY = 4;

/** Sends a request for each item, and returns the bodies in order. Throws if one fails. */
async function sendAll<T>(
  port: number,
  items: readonly T[],
  toRequest: (item: T) => Buffer,
): Promise<string[]> {
  const bodies: string[] = [];
  const waiting = [...items.entries()].reverse();
  async function work(client: Http1Client): Promise<void> {
    for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
      const { status, body } = await client.send(toRequest(entry[1]));
      if (status !== 200) throw new Error(`a call failed with ${status}: ${body}`);
      bodies[entry[0]] = String(body);
    }
    client.close();
  }
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async (_, index) => work(await connectHttp1(port, index + 1))),
  );
  return bodies;
}

/** By calls of the service. */
export function serviceSessions(port: number): Sessions {
  return {
    async open(accounts) {
      const bodies = await sendAll(port, accounts, loginRequest);
      return bodies.map((body) => (JSON.parse(body) as { data: { tokens: Tokens } }).data.tokens);
    },
    async renew(tokens) {
      const toRequest = ({ refresh }: Tokens) => jsonRequest("/api/token/refresh/", { refresh });
      return (await sendAll(port, tokens, toRequest)).map((body) => JSON.parse(body) as Tokens);
    },
  };
}

const DAY_SECONDS = 86_400;

/** In the database of the bare server, which is not asked. */
export function bareSessions(database: pg.Client, tokens: BareTokens): Sessions {
  return {
    async open(accounts) {
      const sessions = accounts.map((account) => ({ account, sid: randomUUID(), jti: randomUUID() }));
      await database.query(
        `INSERT INTO sessions (id, user_id, refresh_id, created_at, expires_at)
         SELECT id, user_id, refresh_id, now(), now() + interval '7 days'
         FROM unnest($1::uuid[], $2::int[], $3::uuid[]) AS session (id, user_id, refresh_id)`,
        [
          sessions.map(({ sid }) => sid),
          sessions.map(({ account }) => account.id),
          sessions.map(({ jti }) => jti),
        ],
      );
      const iat = Math.floor(Date.now() / 1000);
      return sessions.map(({ account, sid, jti }) => {
        const claims = { sub: String(account.id), sid, jti, iat, exp: iat + DAY_SECONDS };
        return {
          access: tokens.sign("access", { ...claims, ...userClaims(account) }),
          refresh: tokens.sign("refresh", claims),
        };
      });
    },
    async renew(all) {
      return all.map(({ access, refresh }) => {
        const claims = { ...tokens.verify("access", access), jti: randomUUID() };
        return { access: tokens.sign("access", claims), refresh };
      });
    },
  };
}
