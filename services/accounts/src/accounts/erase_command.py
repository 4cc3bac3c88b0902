"""``accounts erase``: an account is erased for its owner, who cannot or will not do it here."""

import argparse

from accounts.command import DONE, CommandRefused, Commands, Desk, add
from accounts.freshness import Freshness
from accounts.mail_texts import MailTexts
from accounts.notebook import AccountUnknown
from accounts.privacy import Privacy


def add_to(commands: Commands) -> None:
    """Add the command."""
    erase = add(commands, "erase", "erase an account and all that is held under it", _erase)
    erase.add_argument("account", metavar="ID", help="an account's id, as find prints it")
    erase.add_argument(
        "--reason",
        required=True,
        help="why, for the audit log, which outlives the account: name nobody",
    )
    erase.add_argument(
        "--yes", action="store_true", help="that it is meant; nothing brings an account back"
    )


async def _erase(desk: Desk, arguments: argparse.Namespace) -> int:
    if not arguments.yes:
        raise CommandRefused("nothing brings an erased account back; repeat with --yes to erase it")
    texts = MailTexts(desk.settings.site_name, desk.settings.base_url)
    freshness = Freshness(desk.transact, desk.now)
    # Whoever serves relays the event within a second.
    privacy = Privacy(desk.transact, freshness, texts, lambda: None, desk.now)
    try:
        await privacy.erase_for(arguments.account, desk.actor, arguments.reason)
    except AccountUnknown:
        raise CommandRefused("there is no such account; find prints ids") from None
    print("erased; every other service drops what it holds as soon as it hears of it")
    return DONE
