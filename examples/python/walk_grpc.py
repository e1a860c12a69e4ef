"""The life of a session with gRPC, from registration to sign-out:

cd examples/python && npx buf generate && python3 walk_grpc.py [phone] [base URL]"""

import json
import os
import sys
import time
from urllib.parse import urlsplit

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from grpc_status import rpc_status

sys.path.insert(0, "gen")
from waterbill.identity.v1 import auth_service_pb2 as auth_messages  # noqa: E402
from waterbill.identity.v1 import profile_service_pb2 as profile_messages  # noqa: E402
from waterbill.identity.v1.auth_service_pb2_grpc import AuthServiceStub  # noqa: E402
from waterbill.identity.v1.profile_service_pb2_grpc import ProfileServiceStub  # noqa: E402

PASSWORD = "Motdepasse123!"
TIMEOUT_SECONDS = 10
# The longest wait that a rate limit may ask for. Beyond it, people should hear that they have to wait.
MAX_WAIT_SECONDS = 10
# gRPC sends a call again when the service is unavailable, each time after a longer wait that chance varies. After a lost
# response the first call may have been carried out: that does no harm here.
RETRY_POLICY = {
    "maxAttempts": 4,
    "initialBackoff": "0.5s",
    "maxBackoff": "5s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
SERVICE_CONFIG = json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": RETRY_POLICY}]})


def detail(error, kind):
    """Returns the detail of this kind; an empty one if the error has none."""
    found = kind()
    status = rpc_status.from_call(error)
    for each in status.details if status else ():
        if each.Unpack(found):
            break
    return found


def reason(error):
    """The machine-readable reason, such as CODE_INCORRECT, by which programs decide (docs/errors.md); else the code."""
    return detail(error, ErrorInfo).reason or error.code().name


def print_refusal(error):
    print(f"Refused: {reason(error)}: {error.details()}")
    for violation in detail(error, BadRequest).field_violations:
        print(f"  {violation.field}: {violation.description}")


def open_channel(url):
    """Connects, over TLS if the address begins with https."""
    options = [("grpc.service_config", SERVICE_CONFIG)]
    parts = urlsplit(url)
    if parts.scheme == "https":
        return grpc.secure_channel(parts.netloc, grpc.ssl_channel_credentials(), options)
    return grpc.insecure_channel(parts.netloc, options)


def call(method, request, access_token=None):
    """Calls a method, and once more after a rate limit that is over soon. Raises grpc.RpcError."""
    # Messages in English. French is the default.
    metadata = [("accept-language", "en")]
    if access_token:
        metadata.append(("authorization", f"Bearer {access_token}"))
    try:
        return method(request, metadata=metadata, timeout=TIMEOUT_SECONDS)
    except grpc.RpcError as error:
        delay = detail(error, RetryInfo).retry_delay.ToTimedelta().total_seconds()
        if reason(error) != "RATE_LIMITED" or delay > MAX_WAIT_SECONDS:
            raise
    time.sleep(delay)
    return method(request, metadata=metadata, timeout=TIMEOUT_SECONDS)


class IdentityClient:
    def __init__(self, channel):
        self.auth = AuthServiceStub(channel)
        self.profiles = ProfileServiceStub(channel)
        # An app keeps the tokens in the secure storage of its device.
        self._tokens = None

    def sign_in(self, phone, password):
        self._tokens = call(self.auth.Login, auth_messages.LoginRequest(phone=phone, password=password)).tokens

    def refresh(self):
        """Stores the new tokens before it returns: the refresh token that was sent is used up."""
        request = auth_messages.RefreshTokenRequest(refresh=self._tokens.refresh)
        try:
            self._tokens = call(self.auth.RefreshToken, request)
        except grpc.RpcError as error:
            # The session has ended. Only a new sign-in helps.
            if reason(error) == "REFRESH_REJECTED":
                self._tokens = None
            raise

    def call_signed_in(self, method, request):
        """Calls with the access token, which lives 15 minutes: once it is refused, gets a new one and calls again."""
        try:
            return call(method, request, self._tokens.access)
        except grpc.RpcError as error:
            if reason(error) != "UNAUTHENTICATED":
                raise
        self.refresh()
        return call(method, request, self._tokens.access)

    def profile(self):
        return self.call_signed_in(self.profiles.GetProfile, profile_messages.GetProfileRequest()).user

    def update_profile(self, **fields):
        request = profile_messages.UpdateProfileRequest(profile=profile_messages.Profile(**fields))
        return self.call_signed_in(self.profiles.UpdateProfile, request).user

    def sessions(self):
        return self.call_signed_in(self.profiles.ListSessions, profile_messages.ListSessionsRequest()).sessions

    def sign_out(self):
        self.call_signed_in(self.auth.Logout, auth_messages.LogoutRequest(refresh=self._tokens.refresh))


def show_refusal(expected, work):
    """Calls `work`, and prints the error if it is refused for the expected reason."""
    try:
        work()
    except grpc.RpcError as error:
        if reason(error) != expected:
            raise
        print_refusal(error)


def activate(identity, phone, registration):
    while True:
        code = input("Code: ").strip()
        request = auth_messages.ActivateRequest(phone=phone, code=code, registration=registration)
        try:
            user = call(identity.auth.Activate, request).user
        except grpc.RpcError as error:
            # Too many wrong codes are CODE_LOCKED: ResendCode has another one sent.
            if reason(error) != "CODE_INCORRECT":
                raise
            print_refusal(error)
        else:
            print(f"Activated: {user.full_name}")
            return


def register(identity, phone):
    request = auth_messages.RegisterRequest(
        phone=phone, first_name="John", last_name="Doe", password=PASSWORD, password_confirm=PASSWORD
    )
    challenge = call(identity.auth.Register, request).challenge
    print(f"Registered {phone}. The code is in the SMS, which a server in development prints.")
    # With it, Activate means this registration, even if somebody else registers the number too.
    activate(identity, phone, challenge.registration)


def walk(identity, phone):
    # On a second run the number has its account.
    show_refusal("PHONE_TAKEN", lambda: register(identity, phone))

    show_refusal("CREDENTIALS_REJECTED", lambda: identity.sign_in(phone, "wrong"))
    identity.sign_in(phone, PASSWORD)
    print("Signed in")

    user = identity.profile()
    print(f"Profile: {user.id} {user.phone} {user.full_name}")
    show_refusal("INVALID_REQUEST", lambda: identity.update_profile(apartment_name="B1204", email="john@"))
    user = identity.update_profile(apartment_name="B12")
    print(f"Updated: apartment {user.apartment_name}")

    identity.refresh()
    print("Refreshed")
    for session in identity.sessions():
        current = " (this one)" if session.is_current else ""
        print(f"Session: {session.client} since {session.created_at.ToJsonString()}{current}")

    identity.sign_out()
    print("Signed out")
    # So it is for an app whose session was ended elsewhere: neither token is accepted any more.
    show_refusal("REFRESH_REJECTED", identity.profile)


if __name__ == "__main__":
    defaults = ["+237670000002", os.environ.get("BASE_URL", "http://localhost:8000")]
    chosen_phone, chosen_url = sys.argv[1:3] + defaults[len(sys.argv) - 1 :]
    with open_channel(chosen_url) as connected:
        try:
            walk(IdentityClient(connected), chosen_phone)
        except grpc.RpcError as fatal:
            print_refusal(fatal)
            sys.exit(1)
        except EOFError:
            sys.exit("No code was entered.")
