"""The files that docs/deploy/ gives people are there, are what they say, and know the settings that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest

from barcamp.settings import from_environment
from tests.house.sources import ROOT

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("barcamp*"))
PAGES = sorted(DEPLOY.glob("*.md"))
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


class Unit(RawConfigParser):
    """As systemd reads it: names in letters as they are, a name more than once."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#", ";"), interpolation=None)
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string(path.read_text("utf-8"))


def unit(name: str) -> Unit:
    return Unit(DEPLOY / "systemd" / name)


def settings_file() -> dict[str, str]:
    lines = (DEPLOY / "systemd" / "settings").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_what_the_pages_link_to_is_there() -> None:
    missing = [
        f"{page.name}: {target}"
        for page in [*PAGES, ROOT / "README.md"]
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_each_unit_is_whole() -> None:
    assert [path.name for path in UNITS] == ["barcamp-jobs@.service", "barcamp.service", "barcamp.socket"]
    for path in UNITS:
        kind = path.suffix.removeprefix(".").capitalize()
        assert Unit(path).sections() == ["Unit", kind, "Install"], path.name


def test_the_service_is_reloaded_by_replacing_it_and_told_of_by_the_new_one() -> None:
    service = unit("barcamp.service")["Service"]
    assert service["ExecReload"] == "/bin/kill -USR2 $MAINPID"
    assert (service["Type"], service["NotifyAccess"]) == ("notify", "all")
    assert unit("barcamp.service")["Unit"]["Requires"] == "barcamp.socket"
    assert unit("barcamp.socket")["Socket"]["Backlog"] == "4096"


@pytest.mark.parametrize("name", ["barcamp.service", "barcamp-jobs@.service"])
def test_a_service_may_do_little(name: str) -> None:
    service = unit(name)["Service"]
    for switch in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictNamespaces", "RestrictSUIDSGID"):
        assert service[switch] == "true", switch
    assert (service["User"], service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("barcamp", "strict", "")
    assert f"/var/lib/{service['StateDirectory']}" == settings_file()["BARCAMP_DATA"]


def test_the_settings_are_settings(tmp_path: Path) -> None:
    given = settings_file() | {"BARCAMP_DATA": str(tmp_path)}
    settings = from_environment(given)
    assert (settings.base_url, settings.proxies, settings.demo) == ("https://camp.example.org", 1, False)


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_asks_where_the_site_is_and_has_its_blocks_closed(name: str) -> None:
    text = "\n".join(line.split("#")[0] for line in (DEPLOY / name).read_text("utf-8").splitlines())
    assert unit("barcamp.socket")["Socket"]["ListenStream"] in text
    assert list(depths(text))[-1] == 0
    assert min(depths(text)) == 0
    assert {"nginx.conf": "proxy_buffering off;", "Caddyfile": "flush_interval -1"}[name] in text


def depths(text: str) -> Iterator[int]:
    depth = 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        yield depth
