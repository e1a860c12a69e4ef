"""This service's own access tokens (RFC 6749, section 4.4)."""

import base64
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import quote_plus

# The part of its lifetime in which a token is used. The rest leaves time for calls under way.
USED_PART = 0.9
TIMEOUT_SECONDS = 5


class TokenError(Exception):
    """There is no token: `is_refused` if the identity service refuses this service, otherwise it can't be reached now."""

    def __init__(self, message: str, *, is_refused: bool) -> None:
        super().__init__(message)
        self.is_refused = is_refused


class ServiceTokens:
    """Safe for several threads, which share one request at the same time."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        # client_secret_basic: both parts are encoded as in a form (RFC 6749, section 2.3.1).
        credentials = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
        authorization = f"Basic {base64.b64encode(credentials.encode()).decode()}"
        self._request = urllib.request.Request(
            f"{url}/oauth2/token",
            data=b"grant_type=client_credentials",
            headers={"Authorization": authorization},
        )
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def get(self) -> str:
        """Returns a valid token. Raises TokenError."""
        with self._lock:
            if not self._token or time.monotonic() >= self._renew_at:
                self._renew()
            return self._token

    def forget(self, token: str) -> None:
        """Forgets a token that was refused, so that the next one is another."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def _renew(self) -> None:
        start = time.monotonic()
        try:
            with urllib.request.urlopen(self._request, timeout=TIMEOUT_SECONDS) as response:
                issued = json.load(response)
        except urllib.error.HTTPError as error:
            is_refused = error.code < 500 and error.code != 429
            message = "The identity service refuses this service" if is_refused else "There is no token now"
            raise TokenError(f"{message}: {error.code} {error.read().decode()}", is_refused=is_refused) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise TokenError(f"The identity service can't be reached: {error}", is_refused=False) from error
        self._token = issued["access_token"]
        self._renew_at = start + issued["expires_in"] * USED_PART
