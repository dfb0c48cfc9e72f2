"""The skeleton answers."""

from __future__ import annotations

from barcamp.conferences.models import Conference
from tests.conftest import Client


def test_an_address_with_nothing_behind_it_is_a_page_with_404(client: Client, camp: Conference) -> None:
    answer = client.get("/nothing/here")
    assert (answer.status_code, "Not here" in answer.text) == (404, True)
