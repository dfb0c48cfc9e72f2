"""The one guard of every HTTP request that the site makes on somebody's word: public addresses only, with limits.

    found = fetch.get("webcal://camp.example/schedule.ics", etag='"7"')
    answer = fetch.post("https://push.example/abc", body, {"TTL": "60"})

A name is looked up once, every address it has must be one of the public internet, and the connection goes to that very
address: a name that answers differently the second time gains nothing. The same for each redirect. No proxy of the
environment, no cookies, no credentials in addresses; ten seconds for everything together, however slowly it drips.
Nothing in the settings switches any of this off: who may be reached is a value (`Network`), and pages pass none.

Start at asking.py; which addresses may be asked is in addresses.py, what is taken of an answer in bodies.py.
Callers must not hold a transaction meanwhile. Works in threads and under gevent.
"""

from __future__ import annotations

from barcamp.fetch.addresses import (
    LONGEST_ADDRESS,
    PUBLIC,
    BadAddress,
    CannotFetch,
    Network,
    checked,
    is_public,
)
from barcamp.fetch.asking import SECONDS, Answer, Fetched, get, post

__all__ = [
    "LONGEST_ADDRESS", "PUBLIC", "SECONDS", "Answer", "BadAddress", "CannotFetch", "Fetched",
    "Network", "checked", "get",
    "is_public", "post",
]  # fmt: skip
