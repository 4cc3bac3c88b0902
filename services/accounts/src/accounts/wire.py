"""Between the contract's messages and the words of the rules."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from accounts.clients import Client
from accounts.factors import SecondFactorDue
from accounts.registrar import SignedIn
from accounts.registration import Registration, registration_of
from accounts.sessions import Account, Session
from codingahead.accounts.v1 import accounts_pb2


def registration_from(request: accounts_pb2.RegisterRequest, site: str) -> Registration:
    """Read a registration at the site called *site*.

    Raises:
        RegistrationInvalid: naming every field that is wrong.
    """
    return registration_of(
        request.request_id, request.email, request.password, request.name, request.guest_id, site
    )


def client_from(client: accounts_pb2.Client) -> Client:
    """Read where a request comes from."""
    return Client(client.user_agent, client.network, client.device)


def session_of(signed_in: SignedIn) -> accounts_pb2.Session:
    """Write a session for its owner."""
    session = signed_in.session
    return accounts_pb2.Session(
        token=session.token,
        principal=principal_of(signed_in.account, session.id),
        expires_at=timestamp(session.expires_at),
    )


def second_factor_due(due: SecondFactorDue) -> accounts_pb2.SecondFactorDue:
    """Write what a log-in still needs."""
    return accounts_pb2.SecondFactorDue(
        token=due.token, methods=due.methods, expires_at=timestamp(due.expires_at)
    )


def resolved(session: Session) -> accounts_pb2.ResolveSessionResponse:
    """Write whom a session signs in."""
    return accounts_pb2.ResolveSessionResponse(
        principal=principal_of(session.account, session.id),
        expires_at=timestamp(session.expires_at),
    )


def principal_of(account: Account, session_id: str) -> accounts_pb2.Principal:
    """Write *account*; *session_id* is empty where a key acts for it."""
    return accounts_pb2.Principal(
        account_id=account.id,
        plan=account.plan,
        session_id=session_id,
        name=account.name,
        confirmed=account.confirmed,
        role=account.role,
    )


def timestamp(moment: datetime) -> Timestamp:
    """A moment as the contract has it."""
    timestamp = Timestamp()
    timestamp.FromDatetime(moment.astimezone(UTC).replace(tzinfo=None))
    return timestamp
