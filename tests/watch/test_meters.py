"""What processes count is added up, whoever of them lives, and however the others ended."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from barcamp import meters
from barcamp.meters import BOUNDS, Meters
from barcamp.watch import machine

#: A process that counts as it is told on its standard input, and says when it has.
CHILD = """
import sys
from pathlib import Path
from barcamp.meters import Meters
mine = Meters()
assert mine.keep_in(Path(sys.argv[1]), "web")
print("ready", flush=True)
for line in sys.stdin:
    kind, name, value = line.split()
    if kind == "add":
        mine.add(mine.counter(name), float(value))
    elif kind == "set":
        mine.set(mine.gauge(name), float(value))
    else:
        mine.observe(mine.histogram(name), float(value))
    print("done", flush=True)
"""


some = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Child:
    """Another process with figures of its own."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", CHILD, str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer("ready")

    def tell(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()
        self._answer("done")

    def end(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=60)

    def _answer(self, words: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{words}\n"


@pytest.fixture
def children(tmp_path: Path) -> Iterator[list[Child]]:
    made = [Child(tmp_path), Child(tmp_path)]
    yield made
    for child in made:
        if child.process.poll() is None:
            child.end()


def total(folder: Path, own: Meters, name: str) -> float:
    return machine.look(folder, own).total.get(name, (0.0,))[0]


def test_all_processes_are_added_up(tmp_path: Path, children: list[Child]) -> None:
    own = Meters()
    own.keep_in(tmp_path, "jobs")
    own.add(own.counter("a_total"), 1)
    for child, count in zip(children, (20, 300), strict=True):
        child.tell(f"add a_total {count}")
        child.tell("set open 4")
        child.tell("observe seconds 0.3")
    found = machine.look(tmp_path, own)
    assert (found.total["c:a_total"], found.total["g:open"]) == ((321.0,), (8.0,))
    assert found.total["h:seconds"][BOUNDS.index(0.5)] == 2.0
    assert found.total["h:seconds"][-1] == 0.6
    assert sorted((block.kind, block.process) for block in found.alive) == sorted(
        [("jobs", os.getpid()), *(("web", child.process.pid) for child in children)]
    )


def test_what_the_killed_have_counted_stays_and_what_they_had_open_goes(tmp_path: Path, children: list[Child]) -> None:
    own = Meters()
    for child in children:
        child.tell("add a_total 5")
        child.tell("set open 3")
        child.tell("observe seconds 2")
    children[0].end()
    for _again in range(3):
        found = machine.look(tmp_path, own)
        assert (found.total["c:a_total"], found.total["g:open"], found.total["h:seconds"][-1]) == ((10.0,), (3.0,), 4.0)
    children[1].end()
    assert [total(tmp_path, own, name) for name in ("c:a_total", "g:open")] == [10.0, 0.0]
    assert list(tmp_path.glob(f"*{meters.SUFFIX}")) == []


def test_a_file_that_was_put_away_is_not_counted_twice(tmp_path: Path, children: list[Child]) -> None:
    """Killed between writing the sum and removing the file."""
    children[0].tell("add a_total 5")
    children[0].end()
    (left,) = (file for file in tmp_path.glob(f"{children[0].process.pid}-*"))
    copy = left.read_bytes()
    assert total(tmp_path, Meters(), "c:a_total") == 5.0
    left.write_bytes(copy)
    assert total(tmp_path, Meters(), "c:a_total") == 5.0
    assert not left.exists()


def test_what_a_fork_brings_along_is_its_parents(tmp_path: Path) -> None:
    own = Meters()
    own.add(own.counter("a_total"), 7)
    own.keep_in(tmp_path, "web")
    own.add(own.counter("a_total"))
    assert total(tmp_path, own, "c:a_total") == 1.0


def test_without_room_on_the_disk_a_process_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """`/dev/full`, asked for by the name that the file would have: every write to it says that the disk is full."""
    real = os.open

    def full(path: str | Path, flags: int, mode: int = 0o777) -> int:
        return real("/dev/full" if str(path).endswith(meters.SUFFIX) else path, flags & ~os.O_EXCL, mode)

    if not Path("/dev/full").exists():
        pytest.skip("a device of Linux")
    monkeypatch.setattr(os, "open", full)
    own = Meters()
    assert own.keep_in(tmp_path, "web") is False
    own.add(own.counter("a_total"))
    assert own.block().series["c:a_total"] == (1.0,)
    assert os.strerror(errno.ENOSPC) in caplog.text


def test_a_folder_that_cannot_be_made_is_no_trouble(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    own = Meters()
    assert own.keep_in(tmp_path / "file" / "meters", "web") is False
    assert "stay its own" in caplog.text
    assert machine.look(tmp_path / "file" / "meters", own).total == own.block().series


@pytest.mark.parametrize(
    "nonsense", ["", "{", "[]", '{"files": 1, "series": 2}', '{"files": [], "series": {"c:a": 1}}']
)
def test_a_broken_file_of_the_ended_begins_anew(tmp_path: Path, nonsense: str, children: list[Child]) -> None:
    (tmp_path / "ended.json").write_text(nonsense)
    children[0].tell("add a_total 5")
    children[0].end()
    assert total(tmp_path, Meters(), "c:a_total") == 5.0
    assert json.loads((tmp_path / "ended.json").read_text())["series"]["c:a_total"] == [5.0]


@some
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: meters.MAGIC + rest))
def test_no_file_of_another_form_is_believed_or_breaks_anything(raw: bytes) -> None:
    found = meters.read(raw)
    assert found is None or all(len(key) <= len(raw) for key in found.series)


def test_where_a_block_is_full_the_rest_is_not_counted(caplog: pytest.LogCaptureFixture) -> None:
    own = Meters()
    names = [f"a_total_{number:0200}" for number in range(4000)]
    for name in names:
        own.add(own.counter(name))
    kept = {key: value for key, value in own.block().series.items() if key.startswith("c:")}
    assert set(kept.values()) == {(1.0,)}
    assert 1000 < len(kept) < len(names)
    assert len(caplog.records) == 1


def test_threads_lose_nothing() -> None:
    own = Meters()
    counter, histogram = own.counter("a_total"), own.histogram("seconds")

    def count() -> None:
        for _ in range(3000):
            own.observe_request(counter, histogram, None, 0.02)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    series = own.block().series
    assert (series["c:a_total"], sum(series["h:seconds"][:-1])) == ((12000.0,), 12000.0)


numbers = st.floats(0, 1e6).map(round).map(float)
named = st.sampled_from(["c:a_total", "g:open", 'c:b_total{x="1"}'])


@some
@given(st.lists(st.dictionaries(named, st.tuples(numbers)), max_size=4))
def test_sums_do_not_depend_on_the_order(parts: list[dict[str, tuple[float, ...]]]) -> None:
    whole = machine.added(parts)
    assert machine.added(reversed(parts)) == whole
    assert whole == {
        name: (sum(part.get(name, (0.0,))[0] for part in parts),) for name in {name for part in parts for name in part}
    }


def test_of_two_releases_with_other_buckets_the_newer_counts() -> None:
    assert machine.added([{"h:s": (1.0, 2.0)}, {"h:s": (1.0, 2.0, 3.0)}]) == {"h:s": (1.0, 2.0, 3.0)}
