"""``python -m assistant`` serves."""

from assistant.serve import serve
from assistant.settings import AssistantSettings
from servicekit import lifecycle
from servicekit.settings import load_settings


def main() -> None:
    """Read the environment and serve."""
    lifecycle.run(serve, load_settings(AssistantSettings))


if __name__ == "__main__":
    main()
