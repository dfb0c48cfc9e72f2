"""What is kept is bounded, made once, and what was not asked for the longest goes first."""

from __future__ import annotations

import gzip
import os

from barcamp.web.kept import Copy, Shelf


def made_of(shelf: Shelf, *etags: str, size: int = 1000) -> list[str]:
    """The ETags, of those asked for in this order, that had to be made."""
    made: list[str] = []

    def make(etag: str) -> bytes:
        made.append(etag)
        return os.urandom(size)

    for etag in etags:
        shelf.get(etag, lambda etag=etag: make(etag))  # type: ignore[misc]
    return made


def test_equal_etags_are_made_once_and_zipped_alike() -> None:
    shelf = Shelf()
    first = shelf.get("a", lambda: b"words " * 100)
    assert (first.is_zipped, gzip.decompress(first.kept), first.plain) == (True, b"words " * 100, b"words " * 100)
    assert shelf.get("a", lambda: b"other") is first


def test_small_ones_are_not_zipped() -> None:
    assert Shelf().get("a", lambda: b"x" * 200) == Copy(b"x" * 200, is_zipped=False)


def test_the_one_not_asked_for_longest_goes_first() -> None:
    shelf = Shelf(room=5_000)  # each takes some 1,000
    assert made_of(shelf, "a", "b", "c", "d", "a", "e", "a", "b") == ["a", "b", "c", "d", "e", "b"]
    assert shelf.used <= 5_000


def test_what_would_push_out_all_others_is_not_kept() -> None:
    shelf = Shelf(room=10_000)
    assert made_of(shelf, "big", "big", size=5_000) == ["big", "big"]
    assert shelf.used == 0
