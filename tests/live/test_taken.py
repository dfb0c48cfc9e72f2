"""Connections that the hub writes to by itself: every byte once, nobody waited for, nobody kept for nothing."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from barcamp.live import chain as chains
from barcamp.live.chain import Chain
from barcamp.live.taken import LAST_CHUNK, Taken, Writer

FOREVER = float("inf")


class Line:
    """A chain, its writer, and the other ends of what it writes to."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.writer = Writer(self.left)
        self.ends: list[socket.socket] = []

    def left(self, chain: Chain) -> None:
        chain.listeners -= 1

    def connect(self, *, is_chunked: bool = False, until: float = FOREVER) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        theirs.setblocking(False)
        self.ends.append(theirs)
        self.chain.listeners += 1
        self.writer.add(self.chain, Taken(ours, self.chain.tail, is_chunked=is_chunked, until=until))
        return theirs

    def tell(self, data: bytes, *, ends: bool = False) -> None:
        self.chain.add(data, ends=ends)
        self.writer.write_all(self.chain)


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.chain.add(b"", ends=True)
    made.writer.write_all(made.chain)
    for end in made.ends:
        end.close()
    for taken in made.chain.taken:
        taken.close()


def read(end: socket.socket) -> bytes:
    found = b""
    while True:
        try:
            piece = end.recv(65536)
        except BlockingIOError:
            return found
        if not piece:
            return found
        found += piece


def test_everybody_gets_the_same_bytes_from_when_they_came(line: Line) -> None:
    early = line.connect()
    line.tell(b"one ")
    late = line.connect()
    line.tell(b"two ")
    assert (read(early), read(late)) == (b"one two ", b"two ")


def test_what_came_before_the_writer_knew_of_it_is_sent_at_once(line: Line) -> None:
    line.chain.listeners += 1
    start = line.chain.tail
    line.chain.add(b"meanwhile")
    ours, theirs = socket.socketpair()
    with closing(theirs):
        line.writer.add(line.chain, Taken(ours, start, is_chunked=False, until=FOREVER))
        assert theirs.recv(100) == b"meanwhile"


def test_as_chunks_with_an_end(line: Line) -> None:
    end = line.connect(is_chunked=True)
    line.tell(b"sixteen bytes!!!")
    line.tell(b"bye", ends=True)
    assert read(end) == b"10\r\nsixteen bytes!!!\r\n3\r\nbye\r\n" + LAST_CHUNK
    assert end.recv(1) == b""
    assert line.chain.listeners == 0


def test_a_full_kernel_is_not_waited_for_and_nothing_is_lost(line: Line) -> None:
    slow, quick = line.connect(), line.connect()
    sent, heard = b"", b""
    for number in range(60):
        piece = b"%05d " % number * 10_000
        sent += piece
        line.tell(piece)
        heard += read(quick)
    assert line.writer.is_behind
    slowly = b""
    while len(slowly) + len(heard) < 2 * len(sent):
        line.writer.write_on()
        slowly += read(slow)
        heard += read(quick)
    assert (slowly, heard) == (sent, sent)


def test_who_is_far_behind_is_dropped(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MOST_BEHIND", 20)
    line.connect()
    quick, heard = line.connect(), 0
    for number in range(1, 61):
        line.tell(b"x" * 10_000)
        while heard < number * 10_000:
            heard += len(read(quick))
            line.writer.write_on()
    assert line.chain.listeners == 1


def test_who_has_gone_is_noticed_by_the_sweep(line: Line) -> None:
    gone, there = line.connect(), line.connect()
    there.send(b"what we do not ask for")
    gone.close()
    line.writer.sweep(line.chain, time.monotonic())
    assert line.chain.listeners == 1
    line.tell(b"still")
    assert read(there) == b"still"


def test_who_has_gone_is_noticed_by_writing(line: Line) -> None:
    line.connect().close()
    line.tell(b"hello?")
    assert (line.chain.listeners, line.chain.taken) == (0, set())


def test_after_its_time_a_stream_ends(line: Line) -> None:
    end = line.connect(is_chunked=True, until=time.monotonic() - 1)
    line.writer.sweep(line.chain, time.monotonic())
    assert (end.recv(100), end.recv(100)) == (LAST_CHUNK, b"")
