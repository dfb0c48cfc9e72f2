"""Which browser on which system, as somebody would say it, from a User-Agent line."""

from __future__ import annotations

import re

# The first that matches wins: nearly every browser also claims to be an older one.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\b(?:OPR|Opera)/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Vivaldi", re.compile(r"\bVivaldi/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/")),
    ("Safari", re.compile(r"\bVersion/[\d.]+.*\bSafari/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac(?:intosh| OS X)\b")),
    ("Linux", re.compile(r"\b(?:Linux|X11)\b")),
)


def label(user_agent: str) -> str:
    """ "Firefox · Linux"; "" when neither is known. Nothing else of the line is kept."""
    return " · ".join(found for found in (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)) if found)


def _first(known: tuple[tuple[str, re.Pattern[str]], ...], user_agent: str) -> str:
    return next((name for name, mark in known if mark.search(user_agent[:500])), "")
