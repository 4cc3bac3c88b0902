"""Passkeys: WebAuthn's ceremonies, for one site."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.factors import Passkey

CHALLENGE_LIFETIME = timedelta(minutes=5)
"""For a person to find their device."""

_MILLISECONDS = int(CHALLENGE_LIFETIME.total_seconds() * 1000)
_LONGEST_CREDENTIAL = 20_000
_LONGEST_ID = 1_023
_TRANSPORTS = frozenset(way.value for way in AuthenticatorTransport)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class PasskeyRefused(Exception):  # noqa: N818 - it is the answer
    """What a browser sent is no passkey's answer, or not to us, or not to what was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser answered, as far as it can be read before anything is verified.

    *challenge* is what was asked, in the form it was given out in; *user_handle* the account the
    device thinks of, empty where it says none.
    """

    credential_id: bytes
    challenge: str = field(repr=False)
    user_handle: str
    credential: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a device has just made."""

    id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    transports: tuple[str, ...]


def answer_of(credential: str) -> Answer:
    """Read what a browser answered.

    Raises:
        PasskeyRefused: when it is malformed.
    """
    if len(credential) > _LONGEST_CREDENTIAL:
        raise PasskeyRefused
    # What strangers send is read here, by code that does not tell its faults from theirs.
    try:
        document = json.loads(credential)
        response = document["response"]
        client = parse_client_data_json(base64url_to_bytes(response["clientDataJSON"]))
        challenge = json.loads(base64url_to_bytes(response["clientDataJSON"]))["challenge"]
        handle = base64url_to_bytes(response.get("userHandle") or "").decode()
        credential_id = base64url_to_bytes(document["rawId"])
    except Exception:
        raise PasskeyRefused from None
    framed = client.cross_origin is True
    if framed or not _CHALLENGE.fullmatch(challenge) or len(credential_id) > _LONGEST_ID:
        raise PasskeyRefused
    return Answer(credential_id, challenge, handle, document)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site as browsers know it: *id* its host, *origin* where its pages are, *name* its own.

    A passkey made for one host is of use on no other.
    """

    id: str
    origin: str
    name: str

    @classmethod
    def of(cls, base_url: str, name: str) -> Self:
        """The site that people reach at *base_url*."""
        parts = urlsplit(base_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}".lower(), name)

    def creation_options(
        self, challenge: str, account_id: str, called: str, known: Sequence[Passkey]
    ) -> str:
        """``PublicKeyCredentialCreationOptions`` as JSON.

        *called* is shown by the device; *known* are passkeys the account has already. A passkey
        that the device can find by itself is preferred: with that one can log in without an
        address.
        """
        options = generate_registration_options(
            rp_id=self.id,
            rp_name=self.name,
            user_id=account_id.encode(),
            user_name=called,
            challenge=base64url_to_bytes(challenge),
            timeout=_MILLISECONDS,
            exclude_credentials=_descriptors(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
        return options_to_json(options)

    def request_options(self, challenge: str, known: Sequence[Passkey], *, alone: bool) -> str:
        """``PublicKeyCredentialRequestOptions`` as JSON, for one of *known*, or for any if none.

        *alone*: nothing else proves who they are, so the device must verify its owner.
        """
        options = generate_authentication_options(
            rp_id=self.id,
            challenge=base64url_to_bytes(challenge),
            timeout=_MILLISECONDS,
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.REQUIRED
            if alone
            else UserVerificationRequirement.PREFERRED,
        )
        return options_to_json(options)

    def created(self, answer: Answer) -> NewPasskey:
        """The passkey that answers :meth:`creation_options` of the same challenge.

        Raises:
            PasskeyRefused: when it does not.
        """
        try:
            made = verify_registration_response(
                credential=answer.credential,
                expected_challenge=base64url_to_bytes(answer.challenge),
                expected_rp_id=self.id,
                expected_origin=self.origin,
            )
        except Exception:
            raise PasskeyRefused from None
        told = answer.credential["response"].get("transports")
        ways = [way for way in told if way in _TRANSPORTS] if isinstance(told, list) else []
        return NewPasskey(
            made.credential_id, made.credential_public_key, made.sign_count, tuple(ways)
        )

    def count_of(self, answer: Answer, passkey: Passkey, *, alone: bool) -> int:
        """The count of uses that *passkey* answers with, once all else is verified.

        Whether the count is one that can be is for the caller to see.

        Raises:
            PasskeyRefused: when it does not answer to the challenge, or was made for another
                site, or by another key, or without its owner being verified when *alone*.
        """
        try:
            used = verify_authentication_response(
                credential=answer.credential,
                expected_challenge=base64url_to_bytes(answer.challenge),
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=0,
                require_user_verification=alone,
            )
        except Exception:
            raise PasskeyRefused from None
        return used.new_sign_count


def went_back(passkey: Passkey, count: int) -> bool:
    """Whether *count* shows that somebody else uses a copy of *passkey*.

    Devices that do not count always say 0.
    """
    return max(count, passkey.sign_count) > 0 and count <= passkey.sign_count


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.id,
            transports=[AuthenticatorTransport(way) for way in passkey.transports],
        )
        for passkey in passkeys
    ]
