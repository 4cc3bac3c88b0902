"""What an act leaves behind: links in mails, lines of the audit log, events, open sessions."""

import re

from accounts.doorkeeper import Doorkeeper, SessionUnknown
from accounts.mailed_tokens import CONFIRM
from accounts.registrar import SignedIn
from services.accounts.tests.sql import Sql


async def link(sql: Sql, kind: str = CONFIRM, number: int = -1) -> str:
    """The token of a mail of *kind*, the latest unless another is named."""
    mails = await sql("SELECT plain FROM mails WHERE kind = :kind ORDER BY position", kind=kind)
    found = re.search(
        r"^https://codes\.example/[a-z-]+\?token=([\w-]{43})$", mails[number][0], re.M
    )
    assert found
    return found[1]


async def acts(sql: Sql, account_id: str) -> list[str]:
    rows = await sql(
        "SELECT act FROM audit WHERE account_id = :id ORDER BY position", id=account_id
    )
    return [act for (act,) in rows]


async def published(sql: Sql, event: str) -> int:
    query = "SELECT count(*) FROM outbox WHERE type LIKE :type"
    ((count,),) = await sql(query, type=f"%.{event}.v1")
    return int(count)


async def is_signed_in(doorkeeper: Doorkeeper, person: SignedIn) -> bool:
    try:
        await doorkeeper.resolve(person.session.token)
    except SessionUnknown:
        return False
    return True
