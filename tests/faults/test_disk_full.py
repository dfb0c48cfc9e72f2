"""A disk that is really full: changes are refused in clear words, everything else goes on, and it ends by itself.

Once the site has a small disk of its own, a tmpfs in a mount namespace, as root or in a user namespace, where either
may be made; the way is printed. Once no file of its processes may grow (RLIMIT_FSIZE): to SQLite that is no full disk
but one that fails in the middle of the commit, and the site says so.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.faults.keeper import until
from tests.faults.writers import Answer, Writer
from tests.servers import site
from tests.servers.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="disks are made in Linux's way")]

SIZE = "24m"
FULL = "The disk of the site is full. Nothing was changed"
UNSURE = "The database went away at the moment in which this was to be kept"


@dataclass
class SmallDisk:
    """A served site whose disk can be filled up and emptied."""

    served: Site
    words: str
    fill: Callable[[], None]
    empty: Callable[[], None]


@cache
def unshare() -> tuple[str, ...] | None:
    """The words before a command that let it mount a disk of its own; None where nobody may."""
    for words in (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user")):
        with suppress(OSError):
            tried = subprocess.run([*words, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
            if tried.returncode == 0:
                return words
    return None


@pytest.fixture(params=[*(["mounted"] if unshare() else []), "limited"])
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SmallDisk]:
    words, data = unshare(), tmp_path / "data"
    if request.param == "limited" or words is None:
        with site.start(data) as served:
            yield limited(served)
        return
    print("the small disk is made by", *words)
    data.mkdir()
    mount = f'mount -t tmpfs -o size={SIZE} none "$0" && exec "$@"'
    with site.start(data, inside=(*words, "sh", "-c", mount, str(data))) as served:
        own_users = ("--user", "--preserve-credentials") if "--map-root-user" in words else ()
        beside = ("nsenter", "--target", str(served.process.pid), "--mount", *own_users, "env", f"--chdir={site.ROOT}")
        yield with_ballast(replace(served, beside=beside))


def with_ballast(served: Site) -> SmallDisk:
    ballast = Path(f"/proc/{served.process.pid}/root{served.data}/ballast")

    def fill() -> None:
        with ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)

    return SmallDisk(served, FULL, fill, ballast.unlink)


def limited(served: Site) -> SmallDisk:
    def limit(most: int) -> None:
        for process in served.processes():
            _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most, hard))

    return SmallDisk(served, UNSURE, lambda: limit(4096), lambda: limit(resource.RLIM_INFINITY))


@pytest.fixture
def organizer(small_disk: SmallDisk) -> Iterator[Writer]:
    """Somebody who may post as many notes as they like."""
    [link] = small_disk.served.flask("sign-in-link", "--organizer", "beaver", "ada@example.com").split()
    writer = Writer(small_disk.served.port, "beaver")
    writer.sign_in(link)
    yield writer
    writer.close()


def post(writer: Writer, title: str) -> Answer:
    return writer.ask("POST", "/beaver/wall/notes", {"title": title, "description": "x" * 2000})


def test_changes_are_refused_reading_goes_on_and_it_ends_by_itself(small_disk: SmallDisk, organizer: Writer) -> None:
    stream = HTTPConnection("127.0.0.1", small_disk.served.port, timeout=60)
    stream.request("GET", "/beaver/live", headers={"Accept": "text/event-stream"})
    heard = stream.getresponse()
    assert heard.status == 200

    small_disk.fill()
    posted, refused = [], None
    for number in range(300):  # a log that has been used before has some room left in itself
        answer = post(organizer, f"Full {number}")
        if answer.status != 303:
            refused = answer
            break
        posted.append(f"Full {number}")

    assert refused is not None
    assert (refused.status, small_disk.words in refused.text, "Retry-After" in refused.headers) == (503, True, True)
    program = organizer.ask("PUT", "/beaver/notes/1/star", {}, as_json=True)
    assert (program.status, small_disk.words in program.text) == (503, True)
    for path in ("/", "/beaver/wall", "/beaver/schedule", "/beaver/schedule.ics", "/healthz"):
        assert organizer.ask("GET", path).status == 200, path
    assert organizer.ask("POST", "/sign-in", {"email": "bo@example.com"}).status == 503

    small_disk.empty()
    assert until(lambda: post(organizer, "Room again").status == 303, 30)
    while b"Room again" not in (line := heard.readline()) and b"note-posted" not in line:
        assert line, "the stream has ended"
    stream.close()
    page = organizer.ask("GET", "/beaver/wall?q=Full").text
    assert [title for title in posted if title not in page] == []
    assert refused.status == 503 and f"Full {len(posted)}<" not in page
    assert "nothing wrong." in small_disk.served.flask("verify")
    assert small_disk.served.process.poll() is None
    assert "Traceback" not in small_disk.served.said()
