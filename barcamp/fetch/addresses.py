"""Which addresses are asked at all: of the web by their shape, of the public internet by their numbers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

from barcamp.errors import N_, Refused

LONGEST_ADDRESS = 2000
PORT_OF = {"http": 80, "https": 443}
_PORTS = frozenset(PORT_OF.values())
#: White space, control characters and what urlsplit would silently drop or read in more than one way.
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
_SAFE = "/%:=&?~+!$,;'@()*[]"
_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MAPPED = ipaddress.ip_network("::ffff:0:0/96")
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "2001:db8::/32")))


class CannotFetch(Refused):
    """Nothing was got; the words say why, for the person who gave the address."""


class BadAddress(CannotFetch):
    """This address will never be asked, whatever is behind it."""


@dataclass(frozen=True)
class Network:
    """What may be reached. All three fields are for tests with servers of their own.

    `also` are (IP, port) pairs beside the public internet's ports 80 and 443, `names` are looked up before the DNS (as
    in a hosts file), `authority` is the PEM of a certificate authority trusted beside the usual ones.
    """

    also: frozenset[tuple[str, int]] = frozenset()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    authority: str | None = None


PUBLIC = Network()


def checked(url: str, *, network: Network = PUBLIC) -> str:
    """The address as it will be asked for: webcal is https, no fragment, ASCII only. Nothing is looked up.

    Raises:
        BadAddress: it will never be asked.
    """
    url = url.strip()
    if not url or len(url) > LONGEST_ADDRESS or _ODD.search(url):
        raise BadAddress(N_("This is not an address of a page: it starts with https:// and has no spaces."))
    try:
        parts = urlsplit(url)
        scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme.lower(), parts.scheme.lower())
        port, host = parts.port, (parts.hostname or "").rstrip(".")
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        raise BadAddress(N_("This is not an address of a page: it starts with https:// and has no spaces.")) from None
    if scheme not in ("http", "https"):
        raise BadAddress(N_("Only addresses that start with https:// or http:// can be read."))
    if not host or re.search(r"[^a-zA-Z0-9._:%-]", host):
        raise BadAddress(N_("This is not an address of a page: it starts with https:// and has no spaces."))
    if "@" in parts.netloc:
        raise BadAddress(N_("This address has a user name or a password in it. Please use one without."))
    if port is not None and port not in _PORTS and port not in {allowed for _ip, allowed in network.also}:
        raise BadAddress(N_("Only the usual ports of the web can be asked, 80 and 443."))
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != PORT_OF[scheme]:
        netloc += f":{port}"
    return urlunsplit((scheme, netloc, quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=_SAFE), ""))


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet, whatever clothes it wears: IPv4 inside of IPv6 must be, too."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _MAPPED or ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(ip.packed[-4:])))
        if ip not in _UNICAST or ip.scope_id or ip.teredo is not None:
            return False
        if ip.sixtofour is not None:
            return is_public(str(ip.sixtofour))
    if ip.is_multicast or ip.is_reserved or ip.is_unspecified or not ip.is_global:
        return False
    return not any(ip.version == special.version and ip in special for special in _SPECIAL)


def may_reach(address: str, port: int, network: Network) -> bool:
    return (address, port) in network.also or (port in _PORTS and is_public(address))
