"""The strict reader of HTML finds what it is there for."""

from __future__ import annotations

import pytest

from tests.house.nesting import faults


def test_a_clean_page_has_none() -> None:
    assert faults("<!doctype html><main><p>One <b>two</b><br>three</p><ul><li>A</li></ul></main>") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>One<div>two</div></p>", "line 1: <div> in <p>"),
        ("<p>\nOne", "<p> is never closed"),
        ("<b>One</i></b>", "line 1: </i> where <b> is open"),
        ("<a href='/'><button>Go</button></a>", "line 1: <button> in a link or a button"),
        ("<form><div><form></form></div></form>", "line 1: <form> in <form>"),
        ("<ul><p>One</p></ul>", "line 1: <p> in <ul>"),
        ("<ul>One</ul>", "line 1: text in <ul>: 'One'"),
        ("<table><li>One</li></table>", "line 1: <li> in <table>"),
        ("<dl><p>One</p></dl>", "line 1: <p> in <dl>"),
        ("<p class='a' class='b'></p>", "line 1: <p> has an attribute twice: ['class', 'class']"),
    ],
)
def test_a_fault_is_found(text: str, words: str) -> None:
    assert words in faults(text)
