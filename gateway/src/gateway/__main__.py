"""``python -m gateway`` serves."""

from gateway.serve import serve
from gateway.settings import GatewaySettings
from servicekit import lifecycle
from servicekit.settings import load_settings


def main() -> None:
    """Read the environment and serve."""
    lifecycle.run(serve, load_settings(GatewaySettings))


if __name__ == "__main__":
    main()
