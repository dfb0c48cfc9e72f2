"""The routes of the app as the house tests read them: which there are, who may, and an address for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Route:
    """One endpoint by one method."""

    method: str
    rule: str
    endpoint: str
    guard: str | None
    arguments: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def writes(self) -> bool:
        return self.method not in READS

    def address(self, app: Flask, names: dict[str, Any]) -> str:
        """The address with everything filled in; a token is looked up by the endpoint it is for."""
        filled = {name: names[name] for name in self.arguments - {"token"}}
        if "token" in self.arguments:
            filled["token"] = names.get(self.endpoint, names["people.link"])
        with app.test_request_context():
            return app.url_for(self.endpoint, **filled)


def routes(app: Flask) -> Iterator[Route]:
    """Every route but that of static files, in the order of their addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint == "static":
            continue
        guard = getattr(app.view_functions[rule.endpoint], "guard", None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(method, rule.rule, rule.endpoint, guard, frozenset(rule.arguments))
