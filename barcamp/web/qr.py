"""QR codes (ISO/IEC 18004) as inline SVG: what stands on a poster or a screen, for phones to read."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app, request
from markupsafe import Markup

from barcamp.settings import Settings

QUIET = 4  # modules of white around the code, without which readers do not find it
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def svg(text: str, title: str = "", css_class: str = "qr") -> Markup:
    """The code of a text, as an `<svg>` that a class gives its size.

    Black on white in both themes, since many readers know no other. `title` is its name for those who do not see it;
    without one it is left out for them (say the address beside it). At most some 2,300 bytes of text (level M).
    """
    side, path = _drawn(text)
    name = Markup('role="img"') if title else Markup('aria-hidden="true"')
    told = Markup("<title>{}</title>").format(title) if title else ""
    return Markup(
        '<svg class="{css_class}" {name} viewBox="0 0 {side} {side}" shape-rendering="crispEdges" focusable="false">'
        '{told}<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>'
    ).format(css_class=css_class, name=name, side=side, told=told, path=path)


def reachable(path: str) -> str:
    """The address of one of our pages as other people's phones reach it.

    That is the public one of the settings. Where none is set, as on a laptop at the venue, it is how the asker came.
    """
    settings: Settings = current_app.extensions["settings"]
    host = urlsplit(settings.base_url).hostname or ""
    here = request.host_url.rstrip("/")
    return (here if host in LOOPBACK else settings.base_url) + path


@lru_cache(maxsize=256)
def _drawn(text: str) -> tuple[int, str]:
    """How many modules a side has, quiet zone included, and the dark ones as a path: one bar for each run of them."""
    import segno  # 1 MiB in memory with what it takes along, which many a process never needs

    code = segno.make(text, error="m", micro=False)
    bars = []
    for y, row in enumerate(code.matrix, QUIET):
        x, dark = QUIET, bytes(row) + b"\0"
        while (start := dark.find(1, x - QUIET)) >= 0:
            end = dark.index(0, start)
            bars.append(f"M{start + QUIET} {y}h{end - start}v1h-{end - start}z")
            x = end + QUIET
    return len(code.matrix) + 2 * QUIET, "".join(bars)
