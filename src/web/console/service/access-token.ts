/** Who is signed in, as the access token says. Only to be shown: the service itself decides what they may do. */
export interface Identity {
  userId: number;
  phone: string;
  name: string;
}

/** An access token, which is kept in memory alone. */
export interface AccessToken {
  value: string;
  /** When it expires, by the clock of `performance.now()`, which nobody can set wrong. */
  expiresAtMs: number;
  identity: Identity;
}

export function readAccessToken(value: string, expiresInSeconds: number): AccessToken {
  const { user_id: userId, phone, full_name: name } = readClaims(value);
  return {
    value,
    expiresAtMs: performance.now() + expiresInSeconds * 1000,
    identity: { userId, phone, name },
  };
}

interface Claims {
  user_id: number;
  phone: string;
  full_name: string;
}

function readClaims(token: string): Claims {
  const [, payload = ""] = token.split(".");
  const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
}
