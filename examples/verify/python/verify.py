"""Verifies access tokens without asking WaterBill Identity, by its published keys. Prints a line for each token that it
reads: echo eyJ… | python3 verify.py http://localhost:8000

What it can't see, until the token expires (15 minutes): that the session has ended, that the account was deactivated.
Before an act that can't be undone, ask GetProfile instead: examples/python.
"""

import sys

import jwt

ISSUER = sys.argv[1]
AUDIENCE = sys.argv[2] if len(sys.argv) > 2 else "waterbill"

# Fetches the keys when they are needed, again after 5 minutes, and for a key that is not among them, though not twice in
# 30 seconds.
keys = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json", lifespan=300)


def verify(token: str) -> dict:
    """Returns the claims of a user's access token. Raises jwt.PyJWTError for any other token, and
    without keys."""
    decoded = jwt.decode_complete(
        token,
        keys.get_signing_key_from_jwt(token),
        issuer=ISSUER,
        audience=AUDIENCE,
        # Never HS256: whoever has the public key could sign.
        algorithms=["ES256", "EdDSA", "RS256"],
        # Clocks differ by some seconds. PyJWT refuses a token that was issued in its future.
        leeway=10,
        # A service's token has no user_id.
        options={"require": ["exp", "iss", "aud", "sub", "user_id"]},
    )
    # The service's ACCESS_TOKEN_TYP. PyJWT doesn't check it.
    if decoded["header"].get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("not an access token")
    return decoded["payload"]


def http_status(error: jwt.PyJWTError) -> int:
    """The status for this service's own client: 503 if the keys can't be fetched, which says nothing about the token."""
    return 503 if isinstance(error, jwt.PyJWKClientConnectionError) else 401


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            claims = verify(line.strip())
        except jwt.PyJWTError as error:
            print(http_status(error), error, flush=True)
        else:
            print(200, claims["user_id"], claims["phone"], claims["full_name"], flush=True)
