"""Prints users by their ids, as an internal service that calls with its own access token:
client_id=… client_secret=… python3 find_users.py http://localhost:8000 1 2 3"""

import os
import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

import grpc
from service_tokens import ServiceTokens, TokenError

sys.path.insert(0, "gen")
from waterbill.identity.v1.directory_service_pb2 import BatchGetUsersRequest, BatchGetUsersResponse  # noqa: E402
from waterbill.identity.v1.directory_service_pb2_grpc import DirectoryServiceStub  # noqa: E402
from waterbill.identity.v1.user_pb2 import User  # noqa: E402

# As many ids as BatchGetUsers takes.
MAX_BATCH = 500
TIMEOUT_SECONDS = 5


class IdentityClient:
    """What the identity service knows about users."""

    def __init__(self, channel: grpc.Channel, tokens: ServiceTokens) -> None:
        self._directory = DirectoryServiceStub(channel)
        self._tokens = tokens

    def find_users(self, ids: Iterable[int]) -> dict[int, User]:
        """Returns the accounts that have these ids, by id, active and deactivated. An id may be given more than once.

        Raises grpc.RpcError, and TokenError if there is no token to call with."""
        distinct = list(dict.fromkeys(ids))
        users = {}
        for start in range(0, len(distinct), MAX_BATCH):
            response = self._batch_get_users(distinct[start : start + MAX_BATCH])
            users.update((user.id, user) for user in response.users)
        return users

    def _batch_get_users(self, ids: list[int]) -> BatchGetUsersResponse:
        """Calls with a token, and once more with a new one if that was refused."""
        token = self._tokens.get()
        try:
            return self._send(ids, token)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAUTHENTICATED:
                raise
        self._tokens.forget(token)
        return self._send(ids, self._tokens.get())

    def _send(self, ids: list[int], token: str) -> BatchGetUsersResponse:
        metadata = [("authorization", f"Bearer {token}")]
        request = BatchGetUsersRequest(user_ids=ids)
        return self._directory.BatchGetUsers(request, metadata=metadata, timeout=TIMEOUT_SECONDS)


def open_channel(url: str) -> grpc.Channel:
    """Connects to the identity service, over TLS if its address begins with https."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return grpc.secure_channel(parts.netloc, grpc.ssl_channel_credentials())
    return grpc.insecure_channel(parts.netloc)


def main(url: str, ids: list[int]) -> None:
    tokens = ServiceTokens(url, os.environ["client_id"], os.environ["client_secret"])
    with open_channel(url) as channel:
        users = IdentityClient(channel, tokens).find_users(ids)
    for user_id in ids:
        user = users.get(user_id)
        print(f"{user_id} {user.phone} {user.full_name}" if user else f"{user_id} unknown")


if __name__ == "__main__":
    try:
        main(sys.argv[1], [int(argument) for argument in sys.argv[2:]])
    except TokenError as error:
        sys.exit(str(error))
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
