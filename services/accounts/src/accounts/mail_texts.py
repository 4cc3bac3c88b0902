"""What mails say: plain text first, the same in HTML, nothing fetched from anywhere.

What people have chosen themselves, such as a name, stands in no mail: mail goes to addresses that
nobody has confirmed, and must carry no stranger's words there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from accounts.mails import Mail

_NO_ANSWER = "This mail was sent by a program; nobody reads answers to it."
_UNEXPECTED = "If this was not you, set a new password now: {base_url}/reset-password"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that stands on a line of its own: *path* of the site, begun with what it is for."""

    label: str
    path: str


type Part = str | Link
"""A paragraph, or a link."""


@dataclass(frozen=True, slots=True)
class MailTexts:
    """Writes mails of the site *site_name*, whose pages are below *base_url*."""

    site_name: str
    base_url: str

    def letter(self, kind: str, recipient: str, subject: str, parts: Sequence[Part]) -> Mail:
        """A mail of *parts* in their order; the site's name is put to the *subject*.

        *kind* is of small letters and underscores.
        """
        return Mail(
            kind=kind,
            recipient=recipient,
            subject=f"{self.site_name}: {subject}",
            plain=self._plain(parts),
            html=self._html(parts),
        )

    def notice(self, kind: str, recipient: str, subject: str, what: str) -> Mail:
        """Tells the owner of an account *what* was done to it, and what to do if it was not them.

        *what* is a whole sentence.
        """
        wrong = _UNEXPECTED.format(base_url=self.base_url)
        return self.letter(kind, recipient, subject, (what, wrong))

    def confirm_address(self, recipient: str, token: str, registered_at: datetime) -> Mail:
        """Asks whoever reads mail of *recipient* to confirm that the new account is theirs."""
        return self.letter(
            "confirm_address",
            recipient,
            "please confirm your address",
            (
                f"An account was registered with this address on {_in_words(registered_at)}. "
                "Confirm it if that was you:",
                Link("Confirm the address", f"/verify-email?token={quote(token)}"),
                "The link is good for 24 hours. Until then you can use the account as it is.",
                "If it was not you, do not confirm: whoever registered would keep an account in "
                "your name. You need do nothing; register your own account whenever you like.",
            ),
        )

    def confirm_new_address(self, recipient: str, token: str) -> Mail:
        """Asks whoever reads mail of *recipient* to let an account have that address."""
        return self.letter(
            "confirm_new_address",
            recipient,
            "please confirm your new address",
            (
                "Somebody wants to log in with this address from now on. Confirm it if that is "
                "you:",
                Link("Confirm the new address", f"/verify-email?token={quote(token)}"),
                "The link is good for two hours; the address changes only once it is used.",
                "If it was not you, do nothing: nothing changes.",
            ),
        )

    def address_changed(self, recipient: str) -> Mail:
        """Tells the old address of an account that it is that no more."""
        return self.letter(
            "address_changed",
            recipient,
            "your address was changed",
            (
                "You log in with another address from now on; this one belongs to your account "
                "no more, and gets no further mail.",
                "If this was not you, somebody else was in your account and could read mail of "
                "the new address. Write to us by answering through the site: "
                f"{self.base_url}/about/errors",
            ),
        )

    def reset_password(self, recipient: str, token: str) -> Mail:
        """Lets whoever reads mail of *recipient* set a new password."""
        return self.letter(
            "reset_password",
            recipient,
            "set a new password",
            (
                "Somebody asked to set a new password for the account with this address. If it "
                "was you, go on here:",
                Link("Set a new password", f"/reset-password?token={quote(token)}"),
                "The link is good for 30 minutes and for one use. You will be logged out "
                "everywhere.",
                "If it was not you, do nothing: the password stays as it is.",
            ),
        )

    def password_changed(self, recipient: str) -> Mail:
        """Tells the owner of an account that its password is another."""
        return self.notice(
            "password_changed",
            recipient,
            "your password was changed",
            "The password of your account was changed, and all other sessions were ended.",
        )

    def api_key_made(self, recipient: str) -> Mail:
        """Tells the owner of an account that a program may act for it from now on."""
        return self.notice(
            "api_key_made",
            recipient,
            "an API key was made",
            "An API key was made for your account: programs that have it can use the API in your "
            "name. You can revoke it among the API keys of your account.",
        )

    def account_erased(self, recipient: str) -> Mail:
        """Says good-bye: the account is gone, and nothing is sent to *recipient* any more."""
        return self.letter(
            "account_erased",
            recipient,
            "your account was erased",
            (
                "Your account and everything that was held under it were erased. What other parts "
                "of the site still hold goes within minutes.",
                "This is the last mail to this address. Nothing can be brought back; you can "
                "register anew whenever you like.",
            ),
        )

    def _plain(self, parts: Sequence[Part]) -> str:
        paragraphs = [
            f"{part.label}:\n{self.base_url}{part.path}" if isinstance(part, Link) else part
            for part in parts
        ]
        return "\n\n".join([*paragraphs, f"-- \n{self.site_name}\n{_NO_ANSWER}"]) + "\n"

    def _html(self, parts: Sequence[Part]) -> str:
        body = "\n".join(f"<p>{self._marked_up(part)}</p>" for part in parts)
        name = escape(self.site_name)
        return (
            '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
            f"<title>{name}</title></head>\n<body>\n{body}\n"
            f"<p><small>{name}<br>{_NO_ANSWER}</small></p>\n</body>\n</html>\n"
        )

    def _marked_up(self, part: Part) -> str:
        if isinstance(part, str):
            return escape(part)
        address = escape(self.base_url + part.path)
        # The address in full: a reader sees where the link leads.
        return f'<a href="{address}">{escape(part.label)}</a><br>{address}'


def _in_words(moment: datetime) -> str:
    at = moment.astimezone(UTC)
    return f"{at:%B} {at.day}, {at.year} at {at:%H:%M} (UTC)"
