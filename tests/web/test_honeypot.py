"""The trap in forms: programs that fill in everything, and hands that are quick."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from barcamp.web import honeypot
from tests import make
from tests.house.conftest import database_url

__all__ = ["database_url"]

QUICK = "That was quick! Please press the button once more."
OLD = "This form was open for a very long time. Please press the button once more."
BAIT = "A field that people do not see was filled in. It is empty again: please press the button once more."


@pytest.fixture
def shown(app: Flask) -> Iterator[str]:
    """The stamp of a form that was shown at make.NOW."""
    with app.test_request_context("/"), time_machine.travel(make.NOW, tick=False):
        yield honeypot.stamp()


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(0), QUICK), (timedelta(seconds=1.9), QUICK), (timedelta(seconds=2), None),
        (timedelta(minutes=20), None), (timedelta(hours=24), None), (timedelta(hours=24, seconds=1), OLD),
        (timedelta(seconds=-5), OLD),
    ],
)  # fmt: skip
def test_only_a_form_of_the_right_age_is_taken(shown: str, after: timedelta, words: str | None) -> None:
    with time_machine.travel(make.NOW + after, tick=False):
        assert honeypot.check({"form_shown": shown, "website": ""}) == words


def test_what_nobody_sees_stays_empty(shown: str) -> None:
    with time_machine.travel(make.NOW + timedelta(minutes=1), tick=False):
        assert honeypot.check({"form_shown": shown, "website": "http://x.example"}) == BAIT
        assert honeypot.check({"form_shown": shown, "website": " "}) == BAIT


def test_a_form_without_the_trap_is_a_programs_and_passes_unless_it_is_required(shown: str) -> None:
    assert honeypot.check({"title": "Kites"}) is None
    assert honeypot.check({"title": "Kites"}, required=True) == OLD


@pytest.mark.parametrize("stamp", ["", "1", "9" * 40 + ".x", "\ud800", "é.é", "0.0.0", "1e5." + "a" * 27])
def test_a_stamp_that_is_not_ours_is_told_from_one(shown: str, stamp: str) -> None:
    assert honeypot.check({"form_shown": stamp, "website": ""}) == OLD


def test_a_forged_time_does_not_carry_the_signature_of_another(shown: str) -> None:
    _time, _dot, signature = shown.partition(".")
    assert honeypot.check({"form_shown": f"1.{signature}", "website": ""}) == OLD


def test_the_form_that_comes_back_keeps_its_time_so_that_the_next_press_counts(app: Flask) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        with app.test_request_context("/"):
            first = honeypot.stamp()
        clock.shift(1)
        with app.test_request_context("/", method="POST", data={"form_shown": first}):
            assert honeypot.stamp() == first
        clock.shift(timedelta(days=2))
        with app.test_request_context("/", method="POST", data={"form_shown": first}):
            assert honeypot.stamp() != first
