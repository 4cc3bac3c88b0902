"""Settings of other providers that people may sign in with."""

from collections.abc import Mapping

from pydantic import Field, SecretStr, field_validator

from accounts.providers import Provider, parse_providers
from servicekit.settings import ServiceSettings


class ProviderSettings(ServiceSettings):
    """The part of accounts' settings that signing in elsewhere needs."""

    oidc_providers: SecretStr = Field(default=SecretStr(""))
    """OpenID Connect providers: ``[{"key": …, "name": …, "issuer": …, "client_id": …,
    "client_secret": …}]``, or the path of a JSON file that holds such a list.
    """

    @field_validator("oidc_providers")
    @classmethod
    def _are_providers(cls, value: SecretStr) -> SecretStr:
        parse_providers(value.get_secret_value())
        return value

    @property
    def providers(self) -> Mapping[str, Provider]:
        """The providers by key, in the order they are shown."""
        return parse_providers(self.oidc_providers.get_secret_value())
