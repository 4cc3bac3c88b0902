"""Whom a server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True)
class Identity:
    """``own``: as the runner; ``namespace``: files stay the runner's own, yet the program sees
    itself as *uid*; ``user``: as *uid* altogether, which then must own what it writes."""

    kind: Literal["own", "namespace", "user"] = "own"
    uid: int = 0
    gid: int = 0

    def __str__(self) -> str:
        """As the tether reads it."""
        return self.kind if self.kind == "own" else f"{self.kind}:{self.uid}:{self.gid}"


OWN = Identity()


class NoOrdinaryUser(Exception):  # noqa: N818 - it says what is lacking
    """PostgreSQL cannot be run as an ordinary user here; says what to do instead."""


def tethered(command: tuple[str, ...], identity: Identity, orphan_signal: int) -> tuple[str, ...]:
    """*command* run so that it gets *orphan_signal* when this process dies."""
    return (
        *(sys.executable, "-I", "-S", str(TETHER)),
        *(str(os.getpid()), str(int(orphan_signal)), str(identity)),
        *command,
    )


def ordinary_user() -> Identity:
    """The runner itself where it is one, else the user nobody, in a namespace if that is allowed.

    Raises:
        NoOrdinaryUser: when neither can be had.
    """
    if os.geteuid() != 0 and _has_a_name(os.geteuid()):
        return OWN
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise NoOrdinaryUser("this system has no user nobody to run it as") from None
    for identity in (
        Identity("namespace", nobody.pw_uid, nobody.pw_gid),
        Identity("user", nobody.pw_uid, nobody.pw_gid),
    ):
        if works(identity):
            return identity
    raise NoOrdinaryUser("neither a user namespace nor a change of user is allowed here")


def _has_a_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def works(identity: Identity) -> bool:
    """Whether a program can be run as *identity* here."""
    probe = tethered(("true",), identity, 9)
    return subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0
