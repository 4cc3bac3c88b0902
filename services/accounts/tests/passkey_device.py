"""A device with one passkey, and the browser that speaks for it, as a site sees them."""

import json
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from soft_webauthn import SoftWebauthnDevice
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://localhost:8000"


class PasskeyDevice:
    """Answers what a site asks browsers for; *verifies* whether it sees who its owner is."""

    def __init__(self, *, origin: str = ORIGIN, verifies: bool = True, counts: bool = True) -> None:
        self.origin = origin
        self.verifies = verifies
        self.counts = counts
        self.soft = SoftWebauthnDevice()

    @property
    def passkey_id(self) -> str:
        return bytes_to_base64url(self.soft.credential_id)

    def create(self, options: str) -> str:
        """Make a passkey; answers the credential as JSON."""
        asked = json.loads(options)
        asked["challenge"] = base64url_to_bytes(asked["challenge"])
        asked["user"]["id"] = base64url_to_bytes(asked["user"]["id"])
        asked["pubKeyCredParams"] = [
            {"alg": it["alg"], "type": it["type"]} for it in asked["pubKeyCredParams"]
        ]
        made = self.soft.create({"publicKey": asked}, self.origin)
        made["response"]["transports"] = ["usb", "unheard of"]
        return _json(made)

    def get(self, options: str, **changes: Any) -> str:
        """Use the passkey; *changes* are what the browser would say otherwise."""
        asked = json.loads(options)
        if self.counts:
            self.soft.sign_count += 1
        client = {
            "type": "webauthn.get",
            "challenge": asked["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
            **changes,
        }
        client_data = json.dumps(client).encode()
        flags = b"\x05" if self.verifies else b"\x01"
        authenticator = (
            sha256(self.soft.rp_id.encode()).digest()
            + flags
            + self.soft.sign_count.to_bytes(4, "big")
        )
        signed = authenticator + sha256(client_data).digest()
        signature = self.soft.private_key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return _json(
            {
                "rawId": self.soft.credential_id,
                "response": {
                    "authenticatorData": authenticator,
                    "clientDataJSON": client_data,
                    "signature": signature,
                    "userHandle": self.soft.user_handle,
                },
                "type": "public-key",
            }
        )


def _json(credential: dict[str, Any]) -> str:
    credential["id"] = bytes_to_base64url(credential["rawId"])
    return json.dumps(credential, default=bytes_to_base64url)
