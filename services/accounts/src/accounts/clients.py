"""Where a request comes from, as far as the edge can tell, and the words its owner knows it by."""

import re
from dataclasses import dataclass, field

MAX_AGENT = 400
_MAX_NETWORK = 64

# The first that is found names it: Edge and Opera also call themselves Chrome, Chrome Safari.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
)
# iPads and iPhones also speak of Mac OS X, Android of Linux.
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Client:
    """What a request says of itself; each may be empty.

    *network* is never an address of one machine. *secret* is what the device was given at an
    earlier log-in.
    """

    user_agent: str = ""
    network: str = ""
    secret: str = field(default="", repr=False)

    @property
    def device(self) -> str:
        """What it is in words, "Firefox on Windows"; empty when nothing tells."""
        return device_in_words(self.user_agent[:MAX_AGENT])

    @property
    def place(self) -> str:
        """The network as it is kept."""
        return self.network[:_MAX_NETWORK] if self.network.isprintable() else ""


UNKNOWN = Client()


def device_in_words(user_agent: str) -> str:
    """A browser and its system as people call them, from what the browser calls itself.

    A program that is no browser goes by the first word of it, and what is neither by nothing.
    """
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    if not browser:
        program = _PROGRAM.match(user_agent)
        return "" if program is None or program[0] == "Mozilla" else program[0]
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
