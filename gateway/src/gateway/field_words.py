"""What is wrong with a field, in sentences for the person who filled it in."""

from collections.abc import Mapping

_LABELS = {
    "email": "The e-mail address",
    "password": "The password",
    "current_password": "The current password",
    "name": "The name",
    "confirmation": "The address",
    "question": "The question",
    "note": "The note",
}


def sentences(faults: Mapping[str, str]) -> dict[str, str]:
    """Sentences by field: a fault either is one, or goes on from the field ("must not be …")."""
    return {field: _sentence(field, fault) for field, fault in faults.items()}


def _sentence(field: str, fault: str) -> str:
    if fault[:1].isupper():
        return fault
    return f"{_LABELS.get(field, field)} {fault.rstrip('.')}."
