"""The pages of people: signing in, the account, taking one's data along, leaving. One file per resource."""

from __future__ import annotations

from barcamp.people.routes import account, claim, code, devices, email, erase, export, link, sign_in, walk_in
from barcamp.people.routes.blueprint import blueprint

__all__ = [
    "account", "blueprint", "claim", "code", "devices", "email", "erase", "export", "link", "sign_in", "walk_in",
]  # fmt: skip
