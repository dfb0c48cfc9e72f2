"""Every word a visitor reads goes through gettext: pages, messages on forms, refusals, flashes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import Client
from tests.house.catalogue import kept
from tests.house.fillings import FILLINGS, forms
from tests.house.furnished import House
from tests.house.pseudo import LANGUAGE, Pseudo, greek, latin_words
from tests.house.visits import Visit, everywhere

# Names, addresses and codes, which are the same in every language.
ALLOWED = re.compile(
    r"""
    \S+@\S+ | \w+://\S+                                    # mail and web addresses
    | ^Test$                                                # the name of a test's own browser
    | \bBarCamp\b | \bBar\b | \bCamp\b                      # what this is called
    | \blocalhost/\S+                                      # an address as people type it
    | \bAmerica/Los\ Angeles\b
    | \b[A-Z]\w+(?:/[A-Z][\w-]*)+ | \bUTC\b | \bPST\b       # time zones
    | \bGoogle\b | \bOutlook\b | \bApple\b | \bThunderbird\b | \bMarkdown\b | \bOpenStreetMap\b | \bCSV\b | \biCal\b
    | (?<![^\s(/]) /? [a-z0-9-]+ / (?=\s|$)                 # a path
    """,
    re.VERBOSE,
)


@pytest.fixture
def pseudo(app: Flask, client: Client) -> None:
    app.extensions["words"].translations[LANGUAGE] = Pseudo(kept())
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = LANGUAGE


def test_the_pseudo_language_keeps_facts_and_tags() -> None:
    assert greek("<b>%(n)s</b> of {most} stars, 5%%") == "<b>%(n)s</b> οφ {most} σταρσ, 5%%"


def test_every_page_is_translated(app: Flask, db: Session, house: House, client: Client, pseudo: None) -> None:
    visits = everywhere(app, db, house, client)
    assert untranslated(visit for visit in visits if visit.is_page) == {}


def untranslated(visits: Iterable[Visit]) -> dict[str, list[str]]:
    """Each untranslated text, and where it stands."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for visit in visits:
        for text in latin_words(visit.soup, ALLOWED):
            found[text].append(str(visit))
    return {text: places[:3] for text, places in found.items()}


def test_every_form_answers_in_the_visitors_language(
    app: Flask, db: Session, house: House, client: Client, pseudo: None
) -> None:
    """Whatever is sent: no answer is a fault of ours, and every message on it is translated."""
    found: dict[str, list[str]] = {}
    broken = []
    for form in forms(app, [visit for visit in everywhere(app, db, house, client) if visit.is_page]):
        for how in FILLINGS:
            answer = client.be(house.viewer(form.viewer)).submit(form.address, form.filled(how))
            where = f"{form.viewer} sends {form.address} of {form.page} {how}"
            if answer.status_code >= 500:
                broken.append(where)
            if answer.status_code == 303:
                answer = client.get(answer.location)
            for text in latin_words(BeautifulSoup(answer.text, "html.parser"), ALLOWED):
                found.setdefault(text, []).append(where)
    assert broken == []
    assert {text: places[:2] for text, places in found.items()} == {}
