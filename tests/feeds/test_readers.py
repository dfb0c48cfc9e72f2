"""Every reader understands the same of every feed: of a site with conferences at the edges of three zones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ics.utils import unescape_string

from barcamp.core.frab import read_json, read_xml
from barcamp.core.frab.shape import shown_title
from barcamp.core.program import Program
from tests.conftest import Client
from tests.core.readers import READERS, TELLERS, Told, strict
from tests.core.schedule_apps import APPS
from tests.core.schemas import errors_in_json, errors_in_xml, needs_schemas
from tests.feeds import edges
from tests.feeds.edges import VENUE, ZONES, Edges

#: What a feed says is made of stored bytes; that both databases keep them the same is shown in test_exactness.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def sqlite_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each test's database is a copy of."""
    return edges.template(sqlite_template, tmp_path_factory.mktemp("edges"), secret_key="k" * 32)


@pytest.fixture
def site(database_url: str, sqlite_template: Path) -> Edges:
    """As it stands in the database."""
    return edges.of(sqlite_template)


def _by_ics(told: Told) -> Told:
    """With its one fault: it takes the `n` after a written backslash for a new line, and the backslash for itself."""
    return replace(told, title=_misread(told.title), place=_misread(told.place))


def _misread(text: str) -> str:
    written = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return str(unescape_string(written))


FAULTS: dict[str, Callable[[Told], Told]] = {"ics": _by_ics}


def test_all_readers_understand_what_was_meant_in_every_feed(client: Client, site: Edges) -> None:
    for path, expected in site.feeds().items():
        feed = client.get(path).data
        for name, teller in TELLERS.items():
            read = FAULTS.get(name, lambda told: told)
            assert Counter(teller(feed)) == Counter(map(read, expected)), (name, path)


def test_they_agree_on_all_else_too(client: Client, site: Edges) -> None:
    for path in site.feeds():
        feed = client.get(path).data
        for name, reader in READERS.items():
            assert reader(feed) == strict(feed), (name, path)


def test_the_demo_is_at_the_edges(site: Edges) -> None:
    """Else the tests above would show nothing."""
    for slug, zone in ZONES.items():
        here = [one for one in site.sessions if one.slug == slug]
        assert {one.room for one in here} == set(edges.ROOMS)
        assert Counter(one.told.status for one in here) == {"CONFIRMED": len(edges.TITLES) - 2, "CANCELLED": 2}
        offsets = [(_offset(one.told.starts_at, zone), _offset(one.told.ends_at, zone)) for one in here]
        summer, winter = max(offsets)[0], min(offsets)[0]
        assert set(offsets) == {(summer, summer), (winter, winter), (summer, winter), (winter, summer)}
        doubled = Counter(
            _wall(one.told.starts_at, zone).fold for one in here if _comes_twice(one.told.starts_at, zone)
        )
        assert set(doubled) == {0, 1}
    assert all(expected for expected in site.feeds().values())


def _wall(when: date, zone: str) -> datetime:
    assert isinstance(when, datetime)
    return when.astimezone(ZoneInfo(zone))


def _offset(when: date, zone: str) -> timedelta | None:
    return _wall(when, zone).utcoffset()


def _comes_twice(when: date, zone: str) -> bool:
    first, second = (_wall(when, zone).replace(fold=fold) for fold in (0, 1))
    return (first.utcoffset() or timedelta()) > (second.utcoffset() or timedelta())


def test_xml_json_and_calendar_are_one(client: Client, site: Edges) -> None:
    for slug in ZONES:
        xml, in_json = (client.get(f"/{slug}/schedule.{kind}").data for kind in ("xml", "json"))
        from_xml, from_json = read_xml(xml), read_json(in_json)
        assert from_xml.problems == from_json.problems == ()
        assert from_xml.program == from_json.program
        expected = site.feeds()[f"/{slug}/schedule.ics"]
        assert _of_program(from_xml.program) == Counter(expected)
        for name, app in APPS.items():
            assert Counter(one.starts_at for one in app(xml)) == Counter(one.starts_at for one in expected), name


def test_jcal_is_the_calendar(client: Client, site: Edges) -> None:
    """RFC 7265: [name, properties, components], each property [name, parameters, type, value]."""
    for slug in ZONES:
        _, _, events = json.loads(client.get(f"/{slug}/schedule.jcal.json").data)
        found = []
        for _, properties, _ in events:
            said = {name: values[0] for name, _, _, *values in properties}
            starts_at, ends_at = (datetime.fromisoformat(said[name]) for name in ("dtstart", "dtend"))
            found.append(Told(said["uid"], starts_at, ends_at, said["summary"], said["location"], said["status"]))
        assert Counter(found) == Counter(site.feeds()[f"/{slug}/schedule.ics"])


@needs_schemas
def test_both_are_valid_by_the_schemas(client: Client, site: Edges) -> None:
    for slug in ZONES:
        for query in ("", "?breaks=1"):
            assert errors_in_xml(client.get(f"/{slug}/schedule.xml{query}").data) == []
            assert errors_in_json(client.get(f"/{slug}/schedule.json{query}").data) == []


def _of_program(program: Program) -> Counter[Told]:
    return Counter(
        Told(talk.uid, talk.starts_at, talk.ends_at, shown_title(talk), f"{talk.room}, {VENUE}", talk.status)
        for talk in program.talks
    )
