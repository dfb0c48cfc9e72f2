"""The site as it is served: starts on both databases, and Ctrl-C ends every process it started."""

import signal
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.servers import site


def read(url: str) -> int:
    with urlopen(url, timeout=10) as answer:
        return int(answer.status)


def test_it_serves_until_ctrl_c_and_nothing_stays(tmp_path: Path) -> None:
    with site.start(tmp_path / "data", demo="0") as served:
        assert read(f"{served.url}/healthz") == 200
        assert len(served.processes()) > 1
    assert served.processes() == []
    assert served.process.returncode == 0


def test_after_a_power_cut_it_starts_again_on_the_same_data(tmp_path: Path) -> None:
    first = site.start(tmp_path / "data", demo="0")
    first.kill()
    with site.start(tmp_path / "data", demo="0") as second:
        assert read(f"{second.url}/healthz") == 200
    assert first.process.returncode == -signal.SIGKILL


def test_a_wrong_setting_stops_the_start_with_what_the_site_said(tmp_path: Path) -> None:
    with pytest.raises(site.NoSite, match="BARCAMP_WORKERS must be a whole number"):
        site.start(tmp_path / "data", workers="many")
