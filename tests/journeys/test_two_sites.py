"""Twice at once on one machine: each site has its own port, people and outbox, and both end whole."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.servers import site


def test_two_sites_know_nothing_of_each_other(visit: Visit, tmp_path: Path) -> None:
    with site.start(tmp_path / "one", demo="0") as one, site.start(tmp_path / "two", demo="0") as two:
        here, there = visit(at=one), visit(at=two)
        here.sign_in(one.flask("sign-in-link", "ada.oak@example.org").strip())
        expect(here.page.get_by_role("link", name="Ada Oak")).to_be_visible()
        there.go("/account")
        expect(there.page.get_by_role("heading", name="Sign in")).to_be_visible()
        one.stop()
        assert one.processes() == []
        there.go("/")
        expect(there.page.get_by_text("No conference here yet")).to_be_visible()
    assert (one.process.returncode, two.process.returncode, two.processes()) == (0, 0, [])
