"""The scripts that run in Redis."""

from importlib import resources


def script(name: str) -> str:
    """The text of the script *name*."""
    return resources.files("metering").joinpath(f"{name}.lua").read_text("utf-8")
