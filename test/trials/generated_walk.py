"""The life of a session, with a client that openapi-python-client generated as the package `identity_client`:

python3 test/trials/generated_walk.py <phone> <base URL>"""

import sys

from identity_client import AuthenticatedClient, Client
from identity_client.api.auth import activate, login, logout, refresh_token, register
from identity_client.api.profile import get_profile, list_sessions, update_profile
from identity_client.models import (
    ActivateRequest,
    Error,
    LoginRequest,
    LogoutRequest,
    Profile,
    RefreshTokenRequest,
    RegisterRequest,
)

PASSWORD = "Motdepasse123!"


def call(operation, client, **arguments):
    """Calls an operation of the generated client. Raises Refusal."""
    response = operation.sync_detailed(client=client, accept_language="en", **arguments)
    if isinstance(response.parsed, Error):
        raise Refusal(response)
    return response.parsed


class Refusal(Exception):
    def __init__(self, response):
        super().__init__(response.parsed.message)
        self.status = response.status_code.value
        self.fields = response.parsed.data.additional_properties


def show_refusal(*args, **arguments):
    """Makes a call that has to be refused, and prints why."""
    try:
        call(*args, **arguments)
    except Refusal as refusal:
        print(f"Refused: {refusal.status}: {refusal}")
        for field, messages in refusal.fields.items():
            print(f"  {field}: {' '.join(messages)}")
    else:
        sys.exit("The call was not refused.")


def walk(phone, base_url):
    client = Client(base_url=base_url, raise_on_unexpected_status=True)
    person = RegisterRequest(
        phone=phone, first_name="John", last_name="Doe", password=PASSWORD, password_confirm=PASSWORD
    )
    challenge = call(register, client, body=person).data.challenge
    print(f"Registered {phone}. The code is in the SMS.")

    def activation():
        return ActivateRequest(phone=phone, code=input("Code: "), registration=challenge.registration)

    show_refusal(activate, client, body=activation())
    print(f"Activated: {call(activate, client, body=activation()).data.user.full_name}")

    show_refusal(login, client, body=LoginRequest(phone=phone, password="wrong"))
    tokens = call(login, client, body=LoginRequest(phone=phone, password=PASSWORD)).data.tokens
    print("Signed in")

    def signed_in():
        return AuthenticatedClient(base_url=base_url, token=tokens.access, raise_on_unexpected_status=True)

    user = call(get_profile, signed_in()).data.user
    print(f"Profile: {user.id} {user.phone} {user.full_name}")
    show_refusal(update_profile, signed_in(), body=Profile(apartment_name="B1204", email="john@"))
    user = call(update_profile, signed_in(), body=Profile(apartment_name="B12")).data.user
    print(f"Updated: apartment {user.apartment_name}")

    tokens = call(refresh_token, client, body=RefreshTokenRequest(refresh=tokens.refresh))
    print("Refreshed")
    for session in call(list_sessions, signed_in()).data.sessions:
        current = " (this one)" if session.is_current else ""
        print(f"Session: {session.client} since {session.created_at.isoformat()}{current}")

    call(logout, signed_in(), body=LogoutRequest(refresh=tokens.refresh))
    print("Signed out")
    show_refusal(refresh_token, client, body=RefreshTokenRequest(refresh=tokens.refresh))


if __name__ == "__main__":
    walk(*sys.argv[1:])
