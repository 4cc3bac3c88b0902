"""Registrations as people make them."""

import uuid

from accounts.registration import Registration, registration_of
from codingahead.accounts.v1 import accounts_pb2 as pb

PASSWORD = "correct horse battery"


def registration(
    email: str = "ann@example.org", password: str = PASSWORD, *, request_id: str = ""
) -> Registration:
    return registration_of(request_id or str(uuid.uuid4()), email, password, "Ann", "guest-1")


def register_request(
    email: str = "ann@example.org",
    password: str = PASSWORD,
    *,
    request_id: str = "",
    name: str = "Ann",
    guest_id: str = "guest-1",
) -> pb.RegisterRequest:
    return pb.RegisterRequest(
        request_id=request_id or str(uuid.uuid4()),
        email=email,
        password=password,
        name=name,
        guest_id=guest_id,
    )
