"""Where plans are bought: addresses at the payment provider, told by the settings."""

from urllib.parse import urlencode, urlsplit

from gateway.plans_offered import PLANS


def parse_payment_links(text: str) -> dict[str, str]:
    """Read ``professional=https://…,enterprise=https://…``: where each plan is bought.

    Raises:
        ValueError: saying what is wrong with it.
    """
    links: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        plan, _, link = (word.strip() for word in part.partition("="))
        if plan not in PLANS or plan in links or plan == "guest":
            raise ValueError(f"{plan!r} is no plan that is offered, or stands there twice")
        parts = urlsplit(link)
        if parts.scheme != "https" or not parts.hostname or parts.fragment:
            raise ValueError(f"the link of {plan} must be an https address without a fragment")
        links[plan] = link
    return links


def with_reference(link: str, account_id: str) -> str:
    """*link* with the account it is for, as the provider hands it back."""
    joint = "&" if urlsplit(link).query else "?"
    return f"{link}{joint}{urlencode({'client_reference_id': account_id})}"
