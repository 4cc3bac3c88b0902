"""The CPT licence at the edge: no CPT content is shown before its terms are accepted.

What was accepted is kept in a signed cookie that ends with the browser's session. It names the
version of the terms, so that new terms are asked for anew.
"""

import hashlib
from collections.abc import Sequence

from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.addresses import CPT
from gateway.catalog import Lookup
from gateway.cookies import values
from gateway.problems import Problem, Refused
from gateway.signing import Keyring

_PURPOSE = "cpt-terms"


class CptGate:
    """Who has accepted the terms of the CPT licence in force."""

    def __init__(self, lookup: Lookup, keys: Keyring, *, secure: bool) -> None:
        self._lookup = lookup
        self._keys = keys
        self._cookie = "__Host-cpt_terms" if secure else "cpt_terms"
        self._attributes = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    @property
    def licence(self) -> lookup_pb2.CptLicence | None:
        """The licence under which CPT content is loaded; None when there is none."""
        catalog = self._lookup.catalog
        return catalog.cpt_licence if catalog else None

    def shut(self, cookies: str) -> Problem | None:
        """What the bearer of *cookies* is told of CPT content; None when they may see it.

        None too where there is no such content.
        """
        licence = self.licence
        if licence is None or self._has_accepted(cookies, licence):
            return None
        return problems.cpt_terms(licence)

    def demand(self, cookies: str) -> None:
        """See that CPT content may be shown to the bearer of *cookies*.

        Raises:
            Refused: with the terms, when they have not been accepted.
        """
        licence = self.licence
        if licence is None:
            # Lookup shows what a catalog holds that the gateway has yet to see.
            raise Refused(problems.lookup_away())
        if (terms := self.shut(cookies)) is not None:
            raise Refused(terms)

    def demand_for(self, system: str, cookies: str) -> None:
        """As :meth:`demand` where *system* is CPT and may be loaded."""
        catalog = self._lookup.catalog
        if system == CPT and (catalog is None or CPT in catalog.systems):
            self.demand(cookies)

    def searched(self, systems: list[str], cookies: str) -> list[str]:
        """Those of *systems* (all that are loaded where none is named) that may be searched.

        Raises:
            Refused: with the terms, when there is nothing else.
        """
        catalog = self._lookup.catalog
        if catalog is None or self.shut(cookies) is None:
            return systems
        open_systems = [it for it in systems or catalog.systems if it != CPT]
        if not open_systems:
            self.demand(cookies)
        return open_systems

    def notices(self, codes: Sequence[lookup_pb2.CodeRef]) -> list[str]:
        """The lines that must be shown with *codes*."""
        licence = self.licence
        if licence is None or not any(code.system == CPT for code in codes):
            return []
        return list(licence.notices)

    def accept(self, terms_version: str) -> str:
        """The ``Set-Cookie`` that remembers that *terms_version* was accepted.

        Raises:
            Refused: when those are not the terms in force, or there are none.
        """
        licence = self.licence
        if licence is None:
            detail = "CPT content is not loaded on this site, so there are no terms to accept."
            raise Refused(Problem(problems.NOT_FOUND, "CODE_SET_NOT_LOADED", detail))
        if terms_version != licence.terms_version:
            fault = "must be that of the terms in force; read them anew"
            raise Refused(problems.invalid_fields({"terms_version": fault}))
        signed = self._keys.sign(_PURPOSE, _named(licence))
        return f"{self._cookie}={signed}; {self._attributes}"

    def _has_accepted(self, cookies: str, licence: lookup_pb2.CptLicence) -> bool:
        for value in values(cookies, self._cookie):
            opened = self._keys.open(_PURPOSE, value)
            if opened is not None and opened.value == _named(licence):
                return True
        return False


def _named(licence: lookup_pb2.CptLicence) -> str:
    """The version of the terms, in characters that a cookie may hold."""
    return hashlib.sha256(licence.terms_version.encode()).hexdigest()[:32]
