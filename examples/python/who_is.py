"""Asks WaterBill Identity who the user of a request is: python who_is.py localhost:8000 "Bearer eyJ…" """

import sys

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status

sys.path.insert(0, "gen")
from waterbill.identity.v1.profile_service_pb2 import GetProfileRequest  # noqa: E402
from waterbill.identity.v1.profile_service_pb2_grpc import ProfileServiceStub  # noqa: E402
from waterbill.identity.v1.user_pb2 import User  # noqa: E402

HTTP_STATUS = {grpc.StatusCode.UNAUTHENTICATED: 401, grpc.StatusCode.RESOURCE_EXHAUSTED: 429}


def who_is(profiles: ProfileServiceStub, authorization: str) -> User:
    """Returns the user that the Authorization header of a request stands for. Raises grpc.RpcError."""
    metadata = [("authorization", authorization)]
    return profiles.GetProfile(GetProfileRequest(), metadata=metadata, timeout=5).user


def http_status(error: grpc.RpcError) -> int:
    """The status for this service's own client."""
    return HTTP_STATUS.get(error.code(), 503)


def reason(error: grpc.RpcError) -> str:
    """The machine-readable reason of an error, such as UNAUTHENTICATED."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info = ErrorInfo()
        if detail.Unpack(info):
            return info.reason
    return ""


if __name__ == "__main__":
    # Behind TLS: grpc.secure_channel(address, grpc.ssl_channel_credentials()).
    with grpc.insecure_channel(sys.argv[1]) as channel:
        try:
            user = who_is(ProfileServiceStub(channel), sys.argv[2])
        except grpc.RpcError as error:
            print(http_status(error), reason(error))
            sys.exit(1)
        print(200, user.id, user.phone, user.full_name)
