"""Passwords that everybody tries first are told from those that only their owner thinks of."""

from __future__ import annotations

import pytest

from barcamp.people.weak import is_weak

OWN = ("Bo Finch", "bo.finch@birds.example")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890", "0987654321", "0123456789", "1111111111", "1212121212", "qwertyuiop", "qwerty1234",
        "asdfghjkl1234",
        "abcdefghij", "1q2w3e4r5t", "q1w2e3r4t5y6", "1qaz2wsx3edc", "zaq1xsw2cde3", "qazwsxedcrfv", "147258369147",
        "password12", "Password123!", "P@ssw0rd123", "passw0rd2026", "passwordpassword", "Passwort2024", "welcome123!",
        "iloveyou12", "1loveyou!!", "letmein123", "trustno1trustno1", "administrator", "changeme2026",
        "basketball", "football99",
        "christopher", "michael123", "alexander1", "butterfly7", "liverpool1", "Summer2026!", "chocolate1",
        "superman007", "harrypotter7", "starwars1977", "BarCamp2026", "mybarcamp!!",
        "conference1", "bofinch2026", "Finch!Finch?", "birds.example", "aaaaabbbbb", "abcabcabcabc", "..........",
        "ＰＡＳＳＷＯＲＤ１２３", "pässwörd12345", "2026-11-21!",
    ],
)  # fmt: skip
def test_what_everybody_tries_first(password: str) -> None:
    assert is_weak(password, *OWN)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse 42 ä", "ostrich umbrella 7", "Xk7#mQ2!vL9p", "tuesday rain on tin roofs", "mnbqrtzwlk",
        "7f3a9c2e51", "夏の夜は短い夢を見る", "jellyfish-tornado", "the quick brown fox", "quetzalcoatl9",
    ],
)  # fmt: skip
def test_what_only_its_owner_thinks_of(password: str) -> None:
    assert not is_weak(password, *OWN)


def test_long_texts_are_read_at_once() -> None:
    assert is_weak("password" * 16, *OWN)
    assert not is_weak("a" * 60 + "b" * 30 + "cdxqz" * 7 + "k", *OWN)
