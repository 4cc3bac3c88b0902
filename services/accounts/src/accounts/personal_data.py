"""Everything that is held about a person here, as a document they can read.

Left out is what stands for a secret and says nothing of anybody: hashes, keys, numbers by which
rows are kept in order. Each such column is named in :data:`WITHHELD`; a test sees to it that every
column of every table that hangs on an account is either told or named there.
"""

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import tables

ABOUT_IT: Final = (
    "What the accounts of this site hold about you. Left out are secrets, which are kept only as "
    "hashes or encrypted: your password, the tokens of sessions, links, keys and devices."
)

TOLD: Final[Mapping[str, tuple[Table, bool]]] = {
    "account": (tables.accounts, True),
    "sessions": (tables.sessions, False),
    "marked_codes": (tables.favourites, False),
    "past_searches": (tables.searches, False),
    "links_not_used_yet": (tables.secret_tokens, False),
    "mails_not_sent_yet": (tables.mails, False),
    "what_was_done": (tables.audit, False),
    "passkeys": (tables.passkeys, False),
    "one_time_passwords": (tables.one_time_passwords, True),
    "recovery_codes": (tables.recovery_codes, False),
    "api_keys": (tables.api_keys, False),
    "plan_changes": (tables.plan_changes, False),
    "payment_customers": (tables.payment_customers, False),
    "identities": (tables.identities, False),
    "devices": (tables.known_devices, False),
}
"""Members of the document, each with its table and whether an account has one row of it at most."""

WITHHELD: Final[Mapping[str, frozenset[str]]] = {
    "accounts": frozenset({"password_hash", "request_id", "position"}),
    "sessions": frozenset({"token_hash"}),
    # The texts of mails hold links that are as good as a password.
    "mails": frozenset({"plain", "html", "mail_id", "position"}),
    "secret_tokens": frozenset({"token_hash", "facts"}),
    "audit": frozenset({"position"}),
    "passkeys": frozenset({"credential_id", "public_key", "sign_count"}),
    "one_time_passwords": frozenset({"secret", "key_id", "last_step", "failed", "failing_since"}),
    "recovery_codes": frozenset({"code_hash"}),
    "api_keys": frozenset({"key_hash", "request_id"}),
    "plan_changes": frozenset({"position"}),
    "known_devices": frozenset({"device_hash"}),
}
"""Columns that are left out, by their table."""


async def document(connection: AsyncConnection, account_id: str, now: datetime) -> bytes | None:
    """The document about an account, as JSON in UTF-8; None when there is no such account."""
    told: dict[str, Any] = {"about": ABOUT_IT, "exported_at": _plain(now)}
    for member, (table, single) in TOLD.items():
        columns = [column for column in table.c if _is_told(table, column.name)]
        query = select(*columns).where(table.c.account_id == account_id)
        rows = (await connection.execute(query)).mappings().all()
        entries = [{name: _plain(value) for name, value in row.items()} for row in rows]
        if member == "account" and not entries:
            return None
        told[member] = (entries[0] if entries else None) if single else entries
    told["payment_subscriptions"] = await _subscriptions(connection, account_id)
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


async def _subscriptions(connection: AsyncConnection, account_id: str) -> list[dict[str, object]]:
    """What the account's customers pay for; it hangs on the account by them alone."""
    table, customers = tables.payment_subscriptions, tables.payment_customers
    query = select(table).join_from(table, customers).where(customers.c.account_id == account_id)
    rows = (await connection.execute(query)).mappings().all()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _is_told(table: Table, column: str) -> bool:
    withheld = WITHHELD.get(table.name, frozenset())
    return column not in withheld and (column != "account_id" or table is tables.accounts)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case uuid.UUID():
            return str(value)
        case bytes():
            return base64.urlsafe_b64encode(value).decode()
        case _:
            return value
