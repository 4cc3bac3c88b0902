"""What a browser calls itself, in words its owner knows it by."""

import pytest

from accounts.clients import Client, device_in_words

_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
         "Firefox on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/126.0 Safari/537.36 Edg/126.0",
         "Edge on Windows"),
        (f"{_MAC} {_KIT} Chrome/126.0.0.0 Safari/537.36", "Chrome on Mac"),
        (f"{_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
         "Safari on Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
         "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Mobile",
         "Chrome on iPad"),
        (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_KIT} Chrome/126.0 Mobile Safari/537.36",
         "Chrome on Android"),
        (f"Mozilla/5.0 (Linux; Android 14) {_KIT} SamsungBrowser/25.0 Chrome/121.0 Safari/537.36",
         "Samsung Internet on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_KIT} Chrome/126.0 Safari/537.36",
         "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {_KIT} Chrome/126.0 Safari/537.36 OPR/112.0",
         "Opera on Linux"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0", ""),
        ("", ""),
        ("\0<script>", ""),
        ("A" * 400, "A" * 40),
    ],
)  # fmt: skip
def test_a_browser_and_its_system_go_by_their_names(user_agent: str, device: str) -> None:
    assert device_in_words(user_agent) == device


def test_a_network_that_cannot_be_kept_is_none() -> None:
    assert Client(network="203.0.113.0/24").place == "203.0.113.0/24"
    assert Client(network="2\0").place == ""
    assert len(Client(network="1" * 500).place) <= 64
