"""What people who change or reset their password give."""

from accounts.password_changes import Change
from accounts.registrar import SignedIn
from services.accounts.tests.people import PASSWORD

ANN = "ann@example.org"
NEXT = "an altogether new one"


def change(
    person: SignedIn, current: str = PASSWORD, password: str = NEXT, session_id: str = ""
) -> Change:
    return Change(person.account.id, session_id or person.session.id, current, password)
