"""What a page of the wall says, read from its HTML."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse


def page(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def titles(answer: TestResponse) -> list[str]:
    """The titles of the notes on a wall, in their order."""
    return [words(title) for title in page(answer).select(".note-title")]


def counts(answer: TestResponse) -> dict[str, str]:
    """The number on each note's star, by title; "" where there is none."""
    return {words(note.select_one(".note-title")): words(note.select_one(".star-count")) for note in cards(answer)}


def cards(answer: TestResponse) -> list[Tag]:
    return page(answer).select("article.note")


def errors(answer: TestResponse) -> dict[str, list[str]]:
    """The messages on a form's fields, by the field's name, and "" for those above it."""
    found: dict[str, list[str]] = {}
    for field in page(answer).select("ul.errors"):
        found[str(field["id"]).removesuffix("-error")] = [words(line) for line in field.select("li")]
    above = [words(line) for line in page(answer).select(".error-summary li") if not line.select("a")]
    return found | ({"": above} if above else {})


def fields(answer: TestResponse) -> dict[str, Any]:
    """What a form holds, as a browser would send it; without its token."""
    sent: dict[str, Any] = {}
    form = page(answer).select_one("main form.form")
    assert form is not None
    for item in form.select("input[name], textarea[name], select[name]"):
        name = str(item["name"])
        if item.name == "textarea":
            sent[name] = item.text.removeprefix("\r\n").removeprefix("\n")
        elif item.name == "select":
            chosen = item.select_one("option[selected]") or item.select_one("option")
            sent[name] = str(chosen["value"]) if chosen else ""
        elif item.get("type") == "checkbox":
            if item.has_attr("checked"):
                sent.setdefault(name, []).append(str(item["value"]))
        else:
            sent[name] = str(item.get("value", ""))
    sent.pop("csrf_token", None)
    return sent


def words(tag: Tag | None) -> str:
    return "" if tag is None else " ".join(tag.text.split())
