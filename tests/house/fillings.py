"""Every form on the site, and ways to fill it: as it stands, empty, with nonsense, with far too much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.house.visits import Visit

FILLINGS = ("empty", "nonsense", "too long", "as it stands")
NONSENSE = "ωωω"
TOO_LONG = "ω" * 11_000
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL | re.IGNORECASE)  # none stands in another
BY_ITSELF = {"submit", "button", "reset", "image"}


@dataclass(frozen=True)
class Form:
    """One form that changes something, as one person sees it."""

    viewer: str
    page: str
    address: str
    endpoint: str
    fields: list[Tag]

    def filled(self, how: str) -> dict[str, list[str]]:
        """What the browser would send, but for the form token."""
        sent: dict[str, list[str]] = {}
        for field in self.fields:
            value = _value(field, how)
            if value is not None and field["name"] != "csrf_token":
                sent.setdefault(str(field["name"]), []).append(value)
        return sent


def forms(app: Flask, visits: Iterable[Visit]) -> list[Form]:
    """One form for each endpoint and set of fields, whoever sees it first, in the order of the visits."""
    found: dict[tuple[str, frozenset[str]], Form] = {}
    for visit in visits:
        for tag in _posted(visit):
            address = str(tag.get("action") or visit.address)
            fields = tag.select("input[name], select[name], textarea[name], button[name]")
            form = Form(visit.viewer, visit.address, address, _endpoint(app, address), fields)
            found.setdefault((form.endpoint, frozenset(str(field["name"]) for field in fields)), form)
    return list(found.values())


def _posted(visit: Visit) -> Iterator[Tag]:
    """The forms of a page that change something; the rest of the page, which is most of it, is not parsed."""
    for markup in FORM.findall(visit.answer.text):
        for tag in BeautifulSoup(markup, "html.parser").find_all("form"):
            if str(tag.get("method", "get")).lower() == "post":
                yield tag


def _endpoint(app: Flask, address: str) -> str:
    """Which route a form would reach; one that reaches none is a fault."""
    try:
        endpoint, _arguments = app.url_map.bind("127.0.0.1").match(address.partition("?")[0], method="POST")
    except HTTPException as problem:
        raise AssertionError(f"no route takes the form to {address}") from problem
    return str(endpoint)


def _value(field: Tag, how: str) -> str | None:
    kind = "select" if field.name == "select" else str(field.get("type", "text"))
    if kind in BY_ITSELF or field.name == "button":
        return str(field.get("value", "")) if how == "as it stands" else None
    if how == "as it stands":
        return _standing(field, kind)
    if how == "empty":
        return None if kind in ("checkbox", "radio") else str(field.get("value", "")) if kind == "hidden" else ""
    if how == "too long" and (field.name == "textarea" or kind in ("text", "search", "password")):
        return TOO_LONG
    return NONSENSE


def _standing(field: Tag, kind: str) -> str | None:
    if field.name == "textarea":
        return field.text
    if kind == "select":
        chosen = field.select_one("option[selected]") or field.select_one("option")
        return None if chosen is None else str(chosen.get("value", chosen.text))
    if kind in ("checkbox", "radio"):
        return str(field.get("value", "on")) if field.has_attr("checked") else None
    return str(field.get("value", ""))
