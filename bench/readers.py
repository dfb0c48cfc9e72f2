"""Do all readers of calendars understand the same? A site at the edges of three zones, and whoever reads it.

    python -m bench.readers
    python -m bench.readers --node FOLDER --path FOLDER --path FOLDER

It serves the site of tests/feeds/edges.py, fetches every feed of it and gives each to every reader that is on this
machine: the packages of this environment; libical; ical.js, node-ical and ts-ics (`--node`: the folder that has
node_modules); sabre/vobject; the icalendar gem; Data::ICal; khal and calcurse (`--path`: more folders with programs).
What they understand is compared with what was meant. Then clients keep a copy while sessions are edited: vdirsyncer as
its own program, a phone's rule, curl by ETag and wget by Last-Modified. Ends with 1 if anything differs.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import which
from urllib.request import urlopen

from barcamp import create_app
from barcamp.db import Store
from barcamp.migrate import migrate
from barcamp.settings import from_environment
from bench.reading import programs
from bench.reading.programs import NotRead, Reader
from tests.core.readers import Told, strict
from tests.feeds import edges
from tests.feeds.editing import EDITS, Desk
from tests.feeds.mirrors import Subscriber
from tests.servers import site as sites

KINDS = ("schedule", "rooms", "tags", "my day", "speaker", "conferences")
MIRRORED = "lord-howe"
FEED = f"/{MIRRORED}/schedule.ics"
OF_FILES = ("curl, ETag", "wget, time")
_ESCAPE_LIKE = re.compile(r"\\[nN,;]")


@dataclass
class Row:
    """What came of one reader: of how many feeds of each kind, how many it understood; and the first differences."""

    reader: Reader
    asked: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    left_out: int = 0
    differences: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description="Ask every reader of calendars what it understands of every feed.")
    parser.add_argument("--node", type=Path, help="the folder that has node_modules with ical.js, node-ical and ts-ics")
    parser.add_argument("--path", type=Path, action="append", default=[], help="one more folder with programs")
    given = parser.parse_args()
    os.environ["PATH"] = os.pathsep.join([*map(str, given.path), os.environ["PATH"]])
    readers, missing = programs.find(given.node)
    with tempfile.TemporaryDirectory() as folder:
        store, built = _build(Path(folder))
        with sites.start(Path(folder), demo="0", jobs="0") as served:
            feeds = {path: _fetch(served.url + path) for path in built.feeds()}
            rows = [_ask(reader, feeds, built.feeds()) for reader in readers]
            _print_table(rows, missing, built.feeds())
            clients_agree = _keep_copies(served.url, store, Path(folder))
    return 0 if clients_agree and not any(row.differences for row in rows) else 1


def _build(folder: Path) -> tuple[Store, edges.Edges]:
    settings = from_environment({"BARCAMP_DATA": str(folder)})
    migrate(settings.database_url)
    store: Store = create_app(settings).extensions["store"]
    store.wakers.clear()
    return store, edges.build(store, secret_key=settings.secret_key)


def _fetch(url: str) -> bytes:
    with urlopen(url, timeout=30) as answer:  # noqa: S310 - the site that this started
        body: bytes = answer.read()
        return body


# ---- readers ---------------------------------------------------------------------------------------------------------


def _ask(reader: Reader, feeds: Mapping[str, bytes], meant: Mapping[str, frozenset[Told]]) -> Row:
    row = Row(reader)
    for path, feed in feeds.items():
        kind = _kind(path)
        if reader.chokes_on and any(reader.chokes_on in one.title for one in meant[path]):
            row.left_out += 1
            continue
        row.asked[kind] += 1
        try:
            found = reader.read(feed)
        except (NotRead, ValueError, KeyError) as problem:
            row.differences.append(f"{_shown(path)}: {problem!r}")
            continue
        said, expected = _comparable(reader, found, meant[path]), _comparable(reader, meant[path], meant[path])
        row.skipped += len(_stumbling(reader, meant[path]))
        if said == expected:
            row.agreed[kind] += 1
        else:
            row.differences += [f"{_shown(path)}: {word}" for word in _words(said, expected)]
    return row


def _comparable(reader: Reader, events: Iterable[Told], meant: Iterable[Told]) -> Counter[tuple[object, ...]]:
    """What the reader knows of the events, without the words that it is known to stumble over."""
    stumbling = _stumbling(reader, meant)
    shown = [replace(one, title="") if one.uid in stumbling else one for one in events]
    return Counter(tuple(getattr(one, name) for name in reader.knows) for one in shown)


def _stumbling(reader: Reader, meant: Iterable[Told]) -> set[str]:
    """The UIDs of the events whose titles are not looked at."""
    return {one.uid for one in meant if _ESCAPE_LIKE.search(one.title)} if reader.stumbles else set()


def _words(said: Counter[tuple[object, ...]], expected: Counter[tuple[object, ...]]) -> list[str]:
    more, less = list((said - expected).elements()), list((expected - said).elements())
    pairs = [f"said {_short(one)}" for one in more] + [f"meant {_short(one)}" for one in less]
    return pairs[:4]


def _short(facts: tuple[object, ...]) -> str:
    return ", ".join(str(fact) if len(str(fact)) < 60 else f"{str(fact)[:60]!r}…" for fact in facts)


def _kind(path: str) -> str:
    for mark, kind in (("/rooms/", "rooms"), ("/tags/", "tags"), ("/feeds/", "my day"), ("/speakers/", "speaker")):
        if mark in path:
            return kind
    return "conferences" if path == "/conferences.ics" else "schedule"


def _shown(path: str) -> str:
    return "/feeds/….ics" if path.startswith("/feeds/") else path


def _print_table(rows: list[Row], missing: list[str], meant: Mapping[str, frozenset[Told]]) -> None:
    events = sum(len(told) for told in meant.values())
    print(
        f"{len(meant)} feeds with {events} events in all; how many of them each reader understands as they are meant\n"
    )
    print(f"{'reader':14} {'version':10}" + "".join(f"{kind:>13}" for kind in KINDS))
    for row in rows:
        cells = "".join(f"{f'{row.agreed[kind]} of {row.asked[kind]}':>13}" for kind in KINDS)
        print(f"{row.reader.name:14} {row.reader.version[:10]:10}{cells}{_remark(row)}")
    for row in rows:
        for difference in row.differences[:10]:
            print(f"  {row.reader.name}: {difference}")
    if missing:
        print(f"not found here: {', '.join(missing)}")
    print()


def _remark(row: Row) -> str:
    remarks = []
    if row.reader.knows != programs.ALL:
        remarks.append(f"knows {', '.join(row.reader.knows)} only")
    if row.skipped:
        remarks.append(f"but for {row.skipped} titles with a backslash before n, N, a comma or a semicolon")
    if row.left_out:
        remarks.append(f"not asked about {row.left_out} feeds with {row.reader.chokes_on} in a title")
    return "   " + "; ".join(remarks) if remarks else ""


# ---- clients that keep a copy ----------------------------------------------------------------------------------------


def _keep_copies(url: str, store: Store, folder: Path) -> bool:
    """Let each client run twice, and once more after each kind of edit. True if all transfer what they must."""
    clients: dict[str, Callable[[], int]] = {"phone's rule": _phone(url)}
    for name, make in zip(("vdirsyncer", *OF_FILES), (_vdirsyncer, _curl, _wget), strict=True):
        client = make(url, folder)
        if client is None:
            print(f"not found here: {name}")
        else:
            clients[name] = client
    total = len(strict(_fetch(url + FEED)).events)
    print("transferred: events, of curl and wget files" + "".join(f"{name:>14}" for name in clients))
    agree = _turn("first run", total, clients) and _turn("second run", 0, clients)
    desk = Desk.of(store, MIRRORED)
    for edit in EDITS:
        edited = len(edit(desk))
        agree &= _turn(edit.__name__.replace("_", " "), edited, clients) and _turn("  and again", 0, clients)
    return agree


def _turn(what: str, expected: int, clients: Mapping[str, Callable[[], int]]) -> bool:
    """Run each of them once; a client of whole files transfers one where anything is new."""
    counts = {name: client() for name, client in clients.items()}
    print(f"  {what:20} expected {expected:3}         " + "".join(f"{count:>14}" for count in counts.values()))
    return all(count == (min(expected, 1) if name in OF_FILES else expected) for name, count in counts.items())


def _phone(url: str) -> Callable[[], int]:
    phone = Subscriber(url + FEED)

    def run() -> int:
        moved = phone.sync()
        return len(moved.brought | moved.removed)

    return run


_CONFIG = """[general]
status_path = "{folder}/status/"
[pair feed]
a = "web"
b = "here"
collections = null
[storage web]
type = "http"
url = "{url}"
[storage here]
type = "filesystem"
path = "{folder}/copy/"
fileext = ".ics"
"""
_UPLOADED, _DELETED = re.compile(r"^Copying \(", re.MULTILINE), re.compile(r"^Deleting ", re.MULTILINE)


def _vdirsyncer(url: str, folder: Path) -> Callable[[], int] | None:
    """Its own program. An event that changed is one that it deletes and brings anew, which counts once."""
    folder = folder / "vdirsyncer"
    Path(folder, "copy").mkdir(parents=True)
    config = folder / "config"
    config.write_text(_CONFIG.format(folder=folder, url=url + FEED))
    words = [sys.executable, "-m", "vdirsyncer", "-c", str(config)]
    if subprocess.run([*words, "discover"], capture_output=True, text=True).returncode != 0:
        return None

    def run() -> int:
        done = subprocess.run([*words, "sync"], capture_output=True, text=True, check=True)
        said = done.stdout + done.stderr
        return max(len(_UPLOADED.findall(said)), len(_DELETED.findall(said)))

    return run


def _curl(url: str, folder: Path) -> Callable[[], int] | None:
    program = which("curl")
    tag, file = folder / "curl.etag", folder / "curl.ics"
    words = [
        str(program), "-sS", "--etag-save", str(tag), "--etag-compare", str(tag), "-o", str(file), "-w", "%{http_code}",
        url + FEED,
    ]  # fmt: skip
    return (
        None if program is None else lambda: int(subprocess.run(words, capture_output=True, text=True).stdout == "200")
    )


def _wget(url: str, folder: Path) -> Callable[[], int] | None:
    program = which("wget")
    folder = folder / "wget"
    folder.mkdir()
    file = folder / "schedule.ics"
    words = [str(program), "--timestamping", "--quiet", "-P", str(folder), url + FEED]

    def run() -> int:
        before = file.read_bytes() if file.exists() else b""
        subprocess.run(words, check=True)
        return int(file.read_bytes() != before)

    return None if program is None else run


if __name__ == "__main__":
    raise SystemExit(main())
