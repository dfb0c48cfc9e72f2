"""Web Push on the wire: what only one browser can read (RFC 8291), and who it is from (VAPID, RFC 8292).

The site's private key is 32 bytes in base64url (`Settings.vapid_key`); so are a browser's keys, as it gives them.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

# What computes with keys takes 7 MiB in each process, and most never need it: it is imported where it is used.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

#: A push service takes 4096 bytes at least (RFC 8030, 7.2); 103 of them are not ours (RFC 8291, 4).
MOST = 4096 - 103
#: How long a signature holds; push services take no more than 24 hours.
LASTS = timedelta(hours=12)

_POINT, _SECRET = 65, 16


@lru_cache(maxsize=4)
def public_key(private: str) -> str:
    """The site's public key, which a browser asks its push service with: 65 bytes of a point, in base64url."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return _encoded(_private(private).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(private: str, endpoint: str, contact: str, *, now: datetime) -> str:
    """The header that says who sends this and whom to ask about it; `contact` is an address of e-mail."""
    from py_vapid import Vapid02

    signer = Vapid02(_private(private), conf={"no-strict": True})  # the contact has been checked with the settings
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc.removesuffix(':443')}",  # an origin names no usual port (RFC 6454, 6.2)
        "exp": int((now + LASTS).timestamp()),
        "sub": f"mailto:{contact}",
    }
    return str(signer.sign(claims)["Authorization"])


def encrypted(content: bytes, p256dh: str, auth: str) -> bytes:
    """A message for one browser alone (aes128gcm), with a new key and salt each time.

    Raises:
        ValueError: the browser's keys are none, or the content is longer than `MOST`.
    """
    import http_ece
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(content) > MOST:
        raise ValueError(f"{len(content)} bytes are too many for a push message")
    receiver, secret = browser_keys(p256dh, auth)
    body: bytes = http_ece.encrypt(
        content, private_key=ec.generate_private_key(ec.SECP256R1()), dh=receiver, auth_secret=secret,
        version="aes128gcm",
    )  # fmt: skip
    return body


def browser_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """A browser's point on P-256 and its secret, as bytes.

    Raises:
        ValueError: they are none.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    point, secret = _decoded(p256dh), _decoded(auth)
    if len(point) != _POINT or len(secret) != _SECRET:
        raise ValueError("a browser's keys have 65 and 16 bytes")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return point, secret


def _private(key: str) -> ec.EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.derive_private_key(int.from_bytes(_decoded(key), "big"), ec.SECP256R1())


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as problem:
        raise ValueError("not base64url") from problem


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
