"""Every word a visitor reads goes through gettext: pages, messages on forms, refusals, flashes."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask import Flask

from barcamp.settings import from_environment
from tests import make
from tests.conftest import Client
from tests.house.catalogue import kept
from tests.house.conftest import look_around
from tests.house.fillings import FILLINGS, forms
from tests.house.furnished import House, furnish
from tests.house.pseudo import LANGUAGE, Pseudo, greek, latin_words
from tests.house.visits import Visit, everywhere

# Names, addresses and codes, which are the same in every language.
ALLOWED = re.compile(
    r"""
    \S+@\S+ | \w+://\S* | \b127\.0\.0\.1:\S+          # mail and web addresses
    | ^Test$                                                # the name of a test's own browser
    | \bBarCamp\b | \bBar\b | \bCamp\b                      # what this is called
    | \blocalhost/\S+                                      # an address as people type it
    | \bAmerica/Los\ Angeles\b
    | \b[A-Z]\w+(?:/[A-Z][\w-]*)+ | \bUTC\b | \bPST\b       # time zones
    | \bGoogle\b | \bOutlook\b | \bApple\b | \bThunderbird\b | \bMarkdown\b | \bOpenStreetMap\b
    | \bCSV\b | \biCal\b | \bJSON\b | \bAtom\b
    | (?<![^\s(/]) /? [a-z0-9-]+ / (?=\s|$)                 # a path
    | \b(?:schedule|changes)\.(?:xml|json|jcal\.json|atom)\b  # files
    | (?<=\d\ )[kMGT]?B\b                                    # sizes
    | \bGiggity\b | \bEventFahrplan\b | \bFOSDEM\ Companion\b | \bAndroid\b | \boEmbed\b
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Abroad:
    """A site in the language that nobody speaks, and what every page of it said before anything was sent."""

    app: Flask
    house: House
    client: Client
    pages: list[Visit]


@pytest.fixture(scope="module")
def abroad(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abroad]:
    folder = tmp_path_factory.mktemp("abroad")
    shutil.copy(sqlite_template, folder / "barcamp.sqlite3")
    settings = from_environment({"BARCAMP_DATA": str(folder), "BARCAMP_SECRET_KEY": "k" * 32})
    with time_machine.travel(make.NOW, tick=True), look_around(settings) as (app, db, client):
        app.extensions["words"].translations[LANGUAGE] = Pseudo(kept())
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = LANGUAGE
        house = furnish(app, db)
        yield Abroad(app, house, client, [visit for visit in everywhere(app, db, house, client) if visit.is_page])


def test_the_pseudo_language_keeps_facts_and_tags() -> None:
    assert greek("<b>%(n)s</b> of {most} stars, 5%%") == "<b>%(n)s</b> οφ {most} σταρσ, 5%%"


def test_every_page_is_translated(abroad: Abroad) -> None:
    assert untranslated(abroad.pages) == {}


def untranslated(visits: Iterable[Visit]) -> dict[str, list[str]]:
    """Each untranslated text, and where it stands."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for visit in visits:
        for text in latin_words(visit.soup, ALLOWED):
            found[text].append(str(visit))
    return {text: places[:3] for text, places in found.items()}


def test_every_form_answers_in_the_visitors_language(abroad: Abroad) -> None:
    """Whatever is sent: no answer is a fault of ours, and every message on it is translated."""
    client, house = abroad.client, abroad.house
    found: dict[str, list[str]] = {}
    broken = []
    for form in forms(abroad.app, abroad.pages):
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
