"""Why a request cannot be answered, in the contract's reasons."""

from enum import StrEnum


class Reason(StrEnum):
    """Reasons that the contract names."""

    CODE_NOT_FOUND = "CODE_NOT_FOUND"
    CODE_SET_NOT_LOADED = "CODE_SET_NOT_LOADED"
    NOT_KNOWN_FOR_DATE = "NOT_KNOWN_FOR_DATE"
    QUERY_TOO_LONG = "QUERY_TOO_LONG"
    SYSTEM_UNKNOWN = "SYSTEM_UNKNOWN"
    DATE_MALFORMED = "DATE_MALFORMED"
    PAGE_TOKEN_INVALID = "PAGE_TOKEN_INVALID"  # noqa: S105 - no password
    CATALOG_NOT_LOADED = "CATALOG_NOT_LOADED"
    REQUEST_INVALID = "REQUEST_INVALID"


class Refused(Exception):  # noqa: N818 - it is an answer
    """A request that is refused: the *reason*, the *field* at fault and what is wrong with it."""

    def __init__(self, reason: Reason, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.reason = reason
        self.field = field
        self.fault = fault
