"""What processes share they share for long, and a jobs worker that has copied much of it makes room for another."""

from __future__ import annotations

import ctypes
import mmap
import subprocess
import sys
from pathlib import Path

import pytest

from barcamp import memory
from tests.servers.site import ROOT

WORK = """
import threading
from barcamp import create_app, jobs
from barcamp.migrate import migrate
app = create_app()
migrate(app.extensions["settings"].database_url)
jobs.prepare(app.extensions["settings"])
ended, looks = threading.Event(), []
@app.extensions["queue"].task()
def long():
    ended.wait()
def beat():
    beats.append(1)
    if len(beats) == 6:
        assert looks == [] or max(looks) < 0.5, looks  # from before it was begun
        looks.clear()
        ended.set()
def may_end(idle):
    looks.append(idle)
    return len(beats) > 6 and idle > 0.3
beats = []
long()
jobs.run_worker(app, beat=beat, may_end=may_end)
print("ended after", looks[-1] > 0.3, all(idle <= 0.3 for idle in looks[:-1]))
"""
GAPS = """
import ctypes
from barcamp import memory
def places(blocks):
    return [ctypes.addressof(ctypes.c_char.from_buffer(block)) for block in blocks]
# larger than what Python keeps pools for, of many sizes
blocks = [bytearray(600 + number % 3000) for number in range(8000)]
within = set(places(blocks[::2]))
del blocks[::2]
closed, end = memory.close_gaps(), ctypes.CDLL(None)
end.sbrk.restype = ctypes.c_size_t
behind = end.sbrk(0)
more = [bytearray(600 + number % 3000) for number in range(4000)]
again = memory.close_gaps()
print(closed > 3000, again < 200, all(place > behind - 2**18 for place in places(more)), within & {*places(more)})
"""


def test_it_has_had_enough_once_it_has_lived_and_holds_too_much() -> None:
    assert not memory.Appetite(most=1, life=1000)()
    assert not memory.Appetite(most=1 << 40, life=-1)()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_what_a_process_writes_to_is_its_own() -> None:
    assert memory.Appetite(most=1, life=-1)()
    before = memory.own()
    with mmap.mmap(-1, 16 << 20) as held:  # a list may find room in what this process had before
        held.write(b"x" * (16 << 20))
        assert memory.own() - before >= 15 << 20


def test_the_worker_ends_when_it_may_and_not_while_something_is_under_way(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK], cwd=ROOT, env={"BARCAMP_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "ended after True True\n"


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only the GNU C library is told")
def test_what_is_new_lies_behind_all_that_was_there() -> None:
    done = subprocess.run([sys.executable, "-c", GAPS], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("True True True set()\n", "")
