"""Which readers there are on this machine, and how each is asked for what a feed says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from shutil import which
from typing import Any

from bench.reading import libical
from tests.core.readers import TELLERS, Told, strict

HERE = Path(__file__).resolve().parent
ALL = tuple(field.name for field in fields(Told))
SABRE = ("/usr/share/php/Sabre/VObject/autoload.php", "vendor/autoload.php")
SECONDS = 120


@dataclass(frozen=True)
class Reader:
    """`knows` are the facts it can tell. One that `stumbles` takes a written backslash before a letter or a comma for
    another escape, by a fault of its own, so that its titles and places with such are not looked at.
    """

    name: str
    version: str
    read: Callable[[bytes], list[Told]]
    knows: tuple[str, ...] = ALL
    stumbles: bool = False
    chokes_on: str = ""


class NotRead(Exception):
    """The program gave up on a feed; the text is what it said."""


def find(node: Path | None) -> tuple[list[Reader], list[str]]:
    """Those that are there, and the names of those that are not. `node` is the folder that has node_modules."""
    found = [*_of_this_environment()]
    missing = []
    for name, look in _ELSEWHERE.items():
        reader = look(node)
        if reader is None:
            missing.append(name)
        else:
            found.append(reader)
    return found, missing


def _of_this_environment() -> Iterator[Reader]:
    for name, teller in TELLERS.items():
        yield Reader(name, "" if name == "strict" else version(name), teller, stumbles=name == "ics")


def _libical(_node: Path | None) -> Reader | None:
    found = libical.find()
    return None if found is None else Reader("libical", found, libical.read)


def _of_node(name: str, script: str, **faults: Any) -> Callable[[Path | None], Reader | None]:
    def look(node: Path | None) -> Reader | None:
        program = which("node")
        if program is None or node is None:
            return None
        folder = node.resolve().parent if node.name == "node_modules" else node.resolve()
        package = folder / "node_modules" / name / "package.json"
        if not package.exists():
            return None
        number = json.loads(package.read_text())["version"]
        return Reader(name, number, _script(program, str(HERE / script), str(folder)), **faults)

    return look


def _sabre(node: Path | None) -> Reader | None:
    program = which("php")
    folders = [Path("/"), Path.cwd(), *([] if node is None else [node])]
    loaders = [str(folder / one) for one in SABRE for folder in folders if (folder / one).exists()]
    for loader in loaders if program is not None else ():
        words = [str(program), "-r", "require $argv[1]; echo Sabre\\VObject\\Version::VERSION;", loader]
        number = _output(words)
        if number is not None:
            return Reader("sabre/vobject", number, _script(str(program), str(HERE / "sabre.php"), loader))
    return None


def _ruby(_node: Path | None) -> Reader | None:
    program = which("ruby")
    number = None if program is None else _output([program, "-e", "require 'icalendar'; print Icalendar::VERSION"])
    return (
        None
        if number is None
        else Reader("icalendar.rb", number, _script(str(program), str(HERE / "ruby.rb")), stumbles=True)
    )


def _perl(_node: Path | None) -> Reader | None:
    program = which("perl")
    number = None if program is None else _output([program, "-MData::ICal", "-e", "print $Data::ICal::VERSION"])
    if number is None:
        return None
    return Reader("Data::ICal", number, _script(str(program), str(HERE / "data_ical.pl")), stumbles=True)


def _khal(_node: Path | None) -> Reader | None:
    program = which("khal")
    if program is None:
        return None
    number = (_output([program, "--version"]) or "").rpartition(" ")[2]
    return Reader("khal", number, lambda feed: _ask_khal(program, feed), stumbles=True)


def _calcurse(_node: Path | None) -> Reader | None:
    program = which("calcurse")
    if program is None:
        return None
    number = (_output([program, "--version"]) or "").splitlines()[0].split(" ")[1]
    # It keeps neither UID nor STATUS, and of the place a note of its own.
    return Reader("calcurse", number, lambda feed: _ask_calcurse(program, feed), ("starts_at", "ends_at", "title"))


_ELSEWHERE: dict[str, Callable[[Path | None], Reader | None]] = {
    "libical": _libical,
    "ical.js": _of_node("ical.js", "ical_js.cjs"),
    "node-ical": _of_node("node-ical", "node_ical.cjs", stumbles=True),
    "ts-ics": _of_node("ts-ics", "ts_ics.cjs", chokes_on="END:VEVENT"),
    "sabre/vobject": _sabre,
    "icalendar.rb": _ruby,
    "Data::ICal": _perl,
    "khal": _khal,
    "calcurse": _calcurse,
}


# ---- asking ----------------------------------------------------------------------------------------------------------


def _script(*words: str) -> Callable[[bytes], list[Told]]:
    def read(feed: bytes) -> list[Told]:
        with tempfile.NamedTemporaryFile(suffix=".ics") as file:
            file.write(feed)
            file.flush()
            return [_told(*one) for one in json.loads(_run([*words, file.name]))]

    return read


def _told(uid: str, starts: str, ends: str, title: str, place: str, status: str) -> Told:
    return Told(uid, _when(starts), _when(ends), title, place, status)


def _when(written: str) -> date:
    """ "2027-10-31", or "2027-10-31T01:15:00Z", and nothing without a zone."""
    if len(written) == len("2027-10-31"):
        return date.fromisoformat(written)
    if not written.endswith("Z"):
        raise NotRead(f"not UTC: {written}")
    return datetime.fromisoformat(written)


_KHAL = """[calendars]
[[feed]]
path = {folder}/feed
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M:%S
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M:%SZ
longdatetimeformat = %Y-%m-%dT%H:%M:%SZ
[sqlite]
path = {folder}/khal.db
"""
_KHAL_FACTS = ("uid", "start-long-full", "end-long-full", "title", "location", "status")


def _ask_khal(program: str, feed: bytes) -> list[Told]:
    with tempfile.TemporaryDirectory() as folder:
        config, file = Path(folder, "config"), Path(folder, "feed.ics")
        config.write_text(_KHAL.format(folder=folder))
        file.write_bytes(feed)
        Path(folder, "feed").mkdir()
        _run([program, "-c", str(config), "import", "--batch", "-a", "feed", str(file)])
        wanted = [word for fact in (*_KHAL_FACTS, "all-day") for word in ("--json", fact)]
        found = []
        for first, last in _stretches(feed):
            days = [first.isoformat(), (last + timedelta(days=1)).isoformat()]
            said = _run([program, "-c", str(config), "list", "--once", "--notstarted", *wanted, *days])
            found += [event for line in said.splitlines() for event in json.loads(line)]
        return [_of_khal(event) for event in found]


def _of_khal(event: dict[str, str]) -> Told:
    uid, starts, ends, title, place, status = (event[name] for name in _KHAL_FACTS)
    if event["all-day"] != "True":
        return _told(uid, starts, ends, title, place, status)
    last = date.fromisoformat(ends[:10])  # khal shows the last day, people's end
    return _told(uid, starts[:10], (last + timedelta(days=1)).isoformat(), title, place, status)


def _stretches(feed: bytes) -> Iterator[tuple[date, date]]:
    """The first and the last day of what starts in a feed, year by year: khal looks at each day in between."""
    starts = [event.starts_at for event in strict(feed).events]
    days = sorted(one.date() if isinstance(one, datetime) else one for one in starts)
    for year in sorted({day.year for day in days}):
        those = [day for day in days if day.year == year]
        yield those[0], those[-1]


_CALCURSE = re.compile(r"(\d\d)/(\d\d)/(\d{4})(?: @ (\d\d):(\d\d))?")
_OF_DAYS = re.compile(r"\{1D -> (\S+)\}")


def _ask_calcurse(program: str, feed: bytes) -> list[Told]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "feed.ics")
        file.write_bytes(feed)
        _run([program, "-q", "-D", folder, "-i", str(file)])
        lines = Path(folder, "apts").read_text(encoding="utf-8").splitlines()
    return [_of_calcurse(line) for line in lines]


def _of_calcurse(line: str) -> Told:
    """A line of its own file: `10/31/2027 @ 01:15 -> 10/31/2027 @ 01:45>note |Title`, or of days without a time
    `06/26/2012 [1] {1D -> 06/29/2012} Title`.
    """
    if " @ " in line[:14]:
        when, _, title = line.partition("|")
        starts, ends = (_wall(match) for match in list(_CALCURSE.finditer(when))[:2])
        return Told("", starts, ends, title, "", "")
    day = _wall(_CALCURSE.match(line)).date()
    more = _OF_DAYS.search(line[:40])
    last = day if more is None else _wall(_CALCURSE.match(more[1])).date()
    title = re.sub(r"^\S+ \[1\](?: \{1D -> \S+\})?(?: ?>\S+)? ", "", line)
    return Told("", day, last + timedelta(days=1), title, "", "")


def _wall(match: re.Match[str] | None) -> datetime:
    if match is None:
        raise NotRead("a line of another shape")
    month, day, year, hour, minute = (int(one or 0) for one in match.groups())
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def _run(words: Sequence[str]) -> str:
    environment = os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=SECONDS)
    if done.returncode != 0:
        raise NotRead(f"{Path(words[0]).name}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def _output(words: Sequence[str]) -> str | None:
    try:
        return _run(words).strip() or None
    except NotRead:
        return None
