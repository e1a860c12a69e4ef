"""The life of a session over REST, with the standard library only, from registration to sign-out:

python3 examples/python/walk_rest.py [phone] [base URL]"""

import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request

PASSWORD = "Motdepasse123!"
TIMEOUT_SECONDS = 10
MAX_ATTEMPTS = 4
# The longest wait that a rate limit may ask for. Beyond it, people should hear that they have to wait.
MAX_WAIT_SECONDS = 10


class IdentityError(Exception):
    """A refused call. REST has no reasons: programs decide by the status, the messages are for people."""

    def __init__(self, status, message, fields=None, retry_after=None):
        super().__init__(message)
        self.status = status
        self.fields = fields or {}
        self.retry_after = retry_after

    @classmethod
    def from_response(cls, error):
        try:
            body = json.load(error)
        except ValueError:
            # A proxy's error page is no JSON.
            body = {}
        retry_after = error.headers.get("Retry-After", "")
        seconds = int(retry_after) if retry_after.isdigit() else None
        return cls(error.code, body.get("message", error.reason), body.get("data"), seconds)


def print_refusal(error):
    print(f"Refused: {error.status}: {error}")
    for field, messages in error.fields.items():
        print(f"  {field}: {' '.join(messages)}")


def retry_delay(error, attempt):
    """How long to wait (s) before a call is sent again; None if that is no use."""
    if attempt == MAX_ATTEMPTS:
        return None
    if error.status in (502, 503, 504):
        # Twice as long each time. Chance keeps clients apart that failed together.
        return 0.25 * 2**attempt * random.uniform(0.75, 1.25)
    if error.status == 429 and error.retry_after is not None and error.retry_after <= MAX_WAIT_SECONDS:
        return error.retry_after
    return None


class IdentityClient:
    def __init__(self, base_url):
        self._base_url = base_url
        # An app keeps the tokens in the secure storage of its device.
        self._tokens = None

    def _send(self, method, path, body, access_token):
        # Messages in English. French is the default.
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if access_token:
            headers["Authorization"] = f"Bearer {access_token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base_url}/api/auth/{path}/", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise IdentityError.from_response(error) from error
        except (OSError, http.client.HTTPException) as error:
            raise IdentityError(503, f"{self._base_url} can't be reached: {error}") from error

    def call(self, method, path, body=None, access_token=None):
        """Calls the service, and again if it may succeed in a moment. After a lost response the first call may have been
        carried out: that does no harm here. Raises IdentityError."""
        attempt = 1
        while True:
            try:
                return self._send(method, path, body, access_token)
            except IdentityError as error:
                delay = retry_delay(error, attempt)
                if delay is None:
                    raise
            time.sleep(delay)
            attempt += 1

    def sign_in(self, phone, password):
        response = self.call("POST", "login", {"phone": phone, "password": password})
        self._tokens = response["data"]["tokens"]

    def refresh(self):
        """Stores the new tokens before it returns: the refresh token that was sent is used up."""
        try:
            # This response has no envelope.
            self._tokens = self.call("POST", "token/refresh", {"refresh": self._tokens["refresh"]})
        except IdentityError as error:
            # The session has ended (REFRESH_REJECTED). Only a new sign-in helps.
            if error.status == 400:
                self._tokens = None
            raise

    def call_signed_in(self, method, path, body=None):
        """Calls with the access token, which lives 15 minutes: once it is refused, gets a new one and calls again."""
        try:
            return self.call(method, path, body, self._tokens["access"])
        except IdentityError as error:
            if error.status != 401:
                raise
        self.refresh()
        return self.call(method, path, body, self._tokens["access"])

    def sign_out(self):
        self.call_signed_in("POST", "logout", {"refresh": self._tokens["refresh"]})


def show_refusal(status, work):
    """Calls `work`, and prints the error if it is refused with `status`."""
    try:
        work()
    except IdentityError as error:
        if error.status != status:
            raise
        print_refusal(error)


def activate(identity, phone, registration):
    while True:
        body = {"phone": phone, "code": input("Code: ").strip(), "registration": registration}
        try:
            user = identity.call("POST", "activate", body)["data"]["user"]
        except IdentityError as error:
            # Wrong, over or locked: the message says which, and resend-code has another one sent.
            if error.status != 400:
                raise
            print_refusal(error)
        else:
            print(f"Activated: {user['full_name']}")
            return


def register(identity, phone):
    person = {"first_name": "John", "last_name": "Doe", "password": PASSWORD, "password_confirm": PASSWORD}
    response = identity.call("POST", "register", {"phone": phone, **person})
    print(f"Registered {phone}. The code is in the SMS, which a server in development prints.")
    # With it, activate means this registration, even if somebody else registers the number too.
    activate(identity, phone, response["data"]["challenge"]["registration"])


def walk(phone, base_url):
    identity = IdentityClient(base_url)
    # On a second run the number has its account. Any other refusal of the number makes the sign-in fail.
    show_refusal(400, lambda: register(identity, phone))

    show_refusal(401, lambda: identity.sign_in(phone, "wrong"))
    identity.sign_in(phone, PASSWORD)
    print("Signed in")

    user = identity.call_signed_in("GET", "profile")["data"]["user"]
    print(f"Profile: {user['id']} {user['phone']} {user['full_name']}")
    invalid = {"apartment_name": "B1204", "email": "john@"}
    show_refusal(400, lambda: identity.call_signed_in("PATCH", "profile", invalid))
    user = identity.call_signed_in("PATCH", "profile", {"apartment_name": "B12"})["data"]["user"]
    print(f"Updated: apartment {user['apartment_name']}")

    identity.refresh()
    print("Refreshed")
    for session in identity.call_signed_in("GET", "sessions")["data"]["sessions"]:
        current = " (this one)" if session["is_current"] else ""
        print(f"Session: {session['client']} since {session['created_at']}{current}")

    identity.sign_out()
    print("Signed out")
    # So it is for an app whose session was ended elsewhere: neither token is accepted any more.
    show_refusal(400, lambda: identity.call_signed_in("GET", "profile"))


if __name__ == "__main__":
    defaults = ["+237670000002", os.environ.get("BASE_URL", "http://localhost:8000")]
    chosen_phone, chosen_url = sys.argv[1:3] + defaults[len(sys.argv) - 1 :]
    try:
        walk(chosen_phone, chosen_url)
    except IdentityError as fatal:
        print_refusal(fatal)
        sys.exit(1)
    except EOFError:
        sys.exit("No code was entered.")
