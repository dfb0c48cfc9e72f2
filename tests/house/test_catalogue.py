"""Every word of the interface is in the catalogue that translators get."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.catalogue import kept, marked, texts


def test_the_catalogue_is_up_to_date(tmp_path: Path) -> None:
    now, then = texts(marked(tmp_path)), texts(kept())
    assert (sorted(now - then), sorted(then - now)) == ([], []), "run `make messages`"


def test_no_message_has_lost_its_facts() -> None:
    """A message made with an f-string or + reaches no translator; what is left of one looks like this."""
    odd = [message for message in texts(kept()) if re.search(r"\{\}|%s|%d|^\s|\s$", message)]
    assert odd == []


def test_one_kind_of_apostrophe_and_dots() -> None:
    """Printed quotes and apostrophes everywhere, so that nobody translates the same words twice."""
    odd = [message for message in texts(kept()) if re.search(r"\w'\w|\.\.\.|\"", message)]
    assert odd == []
