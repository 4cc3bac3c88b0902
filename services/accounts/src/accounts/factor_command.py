"""``accounts factors remove``: for an owner who has lost every device and every recovery code.

Whoever gives it has made sure, by other means, that it is the owner who asks.
"""

import argparse

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit, factor_mails, factor_store, identities, tables
from accounts.audit import Act
from accounts.command import DONE, CommandRefused, Commands, Desk, add, group
from accounts.mail_texts import MailTexts
from accounts.session_ends import end_sessions


def add_to(commands: Commands) -> None:
    """Add the command."""
    factors = group(commands, "factors", "the second factors of an account")
    remove = add(factors, "remove", "take every second factor away from an account", _remove)
    remove.add_argument("account", metavar="ID", help="an account's id, as find prints it")
    remove.add_argument(
        "--reason",
        required=True,
        help="how its owner was made sure of, for the audit log, which names nobody",
    )


async def _remove(desk: Desk, arguments: argparse.Namespace) -> int:
    texts = MailTexts(desk.settings.site_name, desk.settings.base_url)
    issuers = [provider.issuer for provider in desk.settings.providers.values()]
    account_id, now = arguments.account, desk.now()

    async def work(connection: AsyncConnection) -> bool:
        holder = await factor_store.lock(connection, account_id)
        if holder is None:
            raise CommandRefused("there is no such account; find prints ids")
        had = 0
        for table in (tables.passkeys, tables.one_time_passwords, tables.recovery_codes):
            taken = delete(table).where(table.c.account_id == account_id)
            had += (await connection.execute(taken)).rowcount
        if not had:
            return False
        if not await identities.ways_in(connection, account_id, issuers):
            raise CommandRefused(
                "its owner logs in by passkeys alone and could not get in any more; have them "
                "reset their password first"
            )
        # A log-in that waits for a factor waits in vain.
        await connection.execute(
            delete(tables.secret_tokens).where(tables.secret_tokens.c.account_id == account_id)
        )
        await end_sessions(connection, account_id, now)
        act = Act(account_id, desk.actor, factor_mails.FACTORS_REMOVED, arguments.reason)
        await audit.record(connection, act, now)
        await factor_mails.tell(
            connection, texts, account_id, holder, factor_mails.FACTORS_REMOVED, now
        )
        return True

    removed = await desk.transact(work)
    print("removed; its sessions have ended" if removed else "it has no second factor")
    return DONE
