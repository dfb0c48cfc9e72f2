"""The label of a browser in the list of devices."""

from __future__ import annotations

import pytest

from barcamp.people.browsers import label

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/130.0 Safari/537.36", "Chrome · Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel) {KIT} Chrome/130.0 Mobile Safari/537.36", "Chrome · Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E Safari/604",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605 CriOS/130.0 Safari/604.1", "Chrome · iPad"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 1) {KIT} Chrome/130.0 Safari/537.36", "Chrome · ChromeOS"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) {KIT} Chrome/130 Safari/537 OPR/115", "Opera · macOS"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("<script>alert(1)</script> Firefox/1", "Firefox"),
        ("x" * 100_000, ""),
    ],
)
def test_browser_and_system(user_agent: str, said: str) -> None:
    assert label(user_agent) == said
