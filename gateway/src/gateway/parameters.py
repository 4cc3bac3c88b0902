"""Parameters of requests, checked: each either has sense or ends the request with a problem."""

from datetime import date

from gateway import problems
from gateway.addresses import SYSTEMS, Address, is_code_shaped, parse_date_of_service, system_of
from gateway.problems import Problem, Refused


def systems_asked(spelling: str) -> list[str]:
    """The code systems a search is limited to; none named: all of them.

    Raises:
        Refused: when there is no such system.
    """
    if not spelling:
        return []
    system = system_of(spelling)
    if system is None:
        detail = f"There is no such code system. Use one of: {', '.join(SYSTEMS)}."
        raise Refused(Problem(problems.BAD_REQUEST, "SYSTEM_UNKNOWN", detail))
    return [system]


def system_asked(spelling: str) -> str:
    """The code system that an address names.

    Raises:
        Refused: when there is no such system.
    """
    system = system_of(spelling)
    if system is None:
        detail = f"There is no such code system. Use one of: {', '.join(SYSTEMS)}."
        raise Refused(Problem(problems.NOT_FOUND, "SYSTEM_UNKNOWN", detail))
    return system


def date_of_service(text: str) -> date:
    """The day that ``on`` names.

    Raises:
        Refused: when it names none.
    """
    try:
        return parse_date_of_service(text)
    except ValueError as error:
        raise Refused(Problem(problems.BAD_REQUEST, "DATE_MALFORMED", str(error))) from None


def address_of(system_spelling: str, code_spelling: str) -> Address:
    """The code page's address meant.

    Raises:
        Refused: when there is no such system or no code is written so.
    """
    system = system_asked(system_spelling)
    code = code_spelling.rstrip("/")
    if not is_code_shaped(code):
        detail = (
            f"That is not how a {SYSTEMS[system]} code is written. A code has at most 32 letters, "
            "digits and dots."
        )
        raise Refused(Problem(problems.NOT_FOUND, "CODE_NOT_FOUND", detail))
    return Address(system, code)
