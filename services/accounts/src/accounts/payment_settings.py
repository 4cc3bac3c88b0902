"""Settings of payments: whom to believe, and which plan each price pays for."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from accounts.plan_names import plan_of
from servicekit.settings import ServiceSettings

_SHORTEST_SECRET = 16


class PaymentSettings(ServiceSettings):
    """The part of accounts' settings that payments need."""

    payment_secrets: SecretStr = Field(default=SecretStr(""))
    """Secrets that sign webhooks, separated by commas; several while one replaces another."""
    payment_plans: str = ""
    """``price_123=professional,…``: the plan that each price, or product, pays for."""

    @model_validator(mode="after")
    def _payments_fit(self) -> Self:
        if any(len(secret) < _SHORTEST_SECRET for secret in self.payment_secret_list):
            raise ValueError(
                f"ACCOUNTS_PAYMENT_SECRETS: each must have at least {_SHORTEST_SECRET} characters"
            )
        try:
            plans = self.plans_by_price
        except ValueError as error:
            raise ValueError(f"ACCOUNTS_PAYMENT_PLANS: {error}") from None
        if self.payment_secret_list and not plans:
            raise ValueError("ACCOUNTS_PAYMENT_PLANS must be set where payments are configured")
        return self

    @property
    def payment_secret_list(self) -> list[str]:
        """The secrets; none where payments are not configured."""
        text = self.payment_secrets.get_secret_value()
        return [secret.strip() for secret in text.split(",")] if text else []

    @property
    def plans_by_price(self) -> dict[str, str]:
        """The plan that each price, or product, pays for."""
        return parse_payment_plans(self.payment_plans)


def parse_payment_plans(text: str) -> dict[str, str]:
    """Read ``price_123=professional,…``: plans by price or product.

    Raises:
        ValueError: saying what is wrong with it.
    """
    plans: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        price, _, plan = (word.strip() for word in part.partition("="))
        if not price or price in plans:
            raise ValueError(f"{part!r}: write price=plan, each price once")
        plans[price] = plan_of(plan)
    return plans
