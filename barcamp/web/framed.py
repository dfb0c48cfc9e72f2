"""Pages made for frames on other people's sites: they run nothing, send nothing, and are the same for everybody."""

from __future__ import annotations

from flask import Response

# In a sandbox 'self' is nobody, so the site's address is named.
POLICY = "default-src 'none'; style-src 'self' {base}; base-uri 'none'; form-action 'none'; frame-ancestors *"


def for_frames(response: Response, base: str) -> Response:
    """Let any page show this answer in a frame. `base` is the site's address."""
    response.headers["Content-Security-Policy"] = POLICY.format(base=base)
    response.headers["Vary"] = "Accept-Encoding, Accept-Language"
    response.headers["X-Robots-Tag"] = "noindex"  # the page that it is a part of is what should be found
    return response
