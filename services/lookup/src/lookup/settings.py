"""Settings of lookup."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.settings import ServiceSettings


class LookupSettings(ServiceSettings):
    """What lookup can be told; variables start with ``LOOKUP_``."""

    model_config = SettingsConfigDict(env_prefix="LOOKUP_")

    port: int = Field(default=50051, ge=0, le=65535)
    catalog_dir: Path = Path("var/catalog")
    """Folder of the catalogs; what is current in it is taken up while running."""
    official_dir: Path = Path("var/official")
    """Folder of official files: fetched into, and read by builds where there are any."""
    readers: int = Field(default=2, ge=1, le=64)
    """Threads that read the catalog, each with connections of its own."""
    site_name: str = Field(default="Coding Ahead", min_length=1, max_length=80)
    """Who the editors' texts belong to, as said with them."""
