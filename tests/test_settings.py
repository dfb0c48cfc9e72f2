"""Settings: sensible without any, and a wrong one stops the start with one line that names it."""

from __future__ import annotations

import io
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from barcamp.settings import SettingsError, from_environment


def test_without_any_it_is_a_laptop_at_the_venue(tmp_path: Path) -> None:
    settings = from_environment({"BARCAMP_DATA": str(tmp_path)})
    assert (settings.host, settings.port, settings.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.database_url == f"sqlite:///{tmp_path / 'barcamp.sqlite3'}"
    assert (settings.smtp_url, settings.demo, settings.workers, settings.jobs) == (None, True, 2, True)
    assert (settings.proxies, settings.metrics_token, settings.on_sqlite) == (0, None, True)
    assert settings.outbox == tmp_path / "outbox"
    assert (settings.backups, settings.pg_bin) == (tmp_path / "backups", None)


@pytest.mark.parametrize(
    ("given", "terminal", "form"), [("", True, "text"), ("", False, "json"), ("json", True, "json")]
)
def test_the_log_is_for_whoever_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, terminal: bool, form: str
) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    settings = from_environment({"BARCAMP_DATA": str(tmp_path), "BARCAMP_LOG": given})
    assert (settings.log, settings.log_requests) == (form, False)


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = from_environment({"BARCAMP_DATA": str(tmp_path)}).secret_key
    assert from_environment({"BARCAMP_DATA": str(tmp_path)}).secret_key == first
    assert (len(first) >= 32, stat.S_IMODE((tmp_path / "secret_key").stat().st_mode)) == (True, 0o600)


def test_the_key_for_web_push_is_made_once_and_can_be_given(tmp_path: Path) -> None:
    first = from_environment({"BARCAMP_DATA": str(tmp_path)}).vapid_key
    assert from_environment({"BARCAMP_DATA": str(tmp_path)}).vapid_key == first
    assert (len(first), stat.S_IMODE((tmp_path / "vapid_key").stat().st_mode)) == (43, 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret_key", "vapid_key"]
    given = {"BARCAMP_DATA": str(tmp_path / "other"), "BARCAMP_VAPID_KEY": f"{first}="}
    assert from_environment(given).vapid_key == first


@pytest.mark.parametrize("kept", ["", "short", "A" * 43, "_" * 43, "\u00fc"])
def test_a_key_file_that_holds_none_stops_the_start(tmp_path: Path, kept: str) -> None:
    (tmp_path / "vapid_key").write_text(kept, encoding="utf-8")
    with pytest.raises(SettingsError) as refusal:
        from_environment({"BARCAMP_DATA": str(tmp_path)})
    assert str(tmp_path / "vapid_key") in str(refusal.value)


def test_many_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: from_environment({"BARCAMP_DATA": str(tmp_path)}), range(64)))
    assert len({(one.secret_key, one.vapid_key) for one in made}) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BARCAMP_PORT", "eight"), ("BARCAMP_PORT", "0"), ("BARCAMP_PORT", "65536"), ("BARCAMP_PORT", "٨٠٠٠"),
        ("BARCAMP_WORKERS", "-1"), ("BARCAMP_WORKERS", "1.5"), ("BARCAMP_DEMO", "yes"), ("BARCAMP_JOBS", "2"),
        ("BARCAMP_LOG", "xml"), ("BARCAMP_LOG_REQUESTS", "all"),
        ("BARCAMP_DATABASE_URL", "mysql://x/y"), ("BARCAMP_DATABASE_URL", "postgresql://u:p@a:5432,b:5432/d"),
        ("BARCAMP_DATABASE_URL", "sqlite:///relative.sqlite3"),
        ("BARCAMP_BASE_URL", "camp.example.org"), ("BARCAMP_BASE_URL", "https://camp.example.org/path"),
        ("BARCAMP_BASE_URL", "ftp://camp.example.org"), ("BARCAMP_SMTP_URL", "mail.example.org"),
        ("BARCAMP_SMTP_URL", "smtp://"), ("BARCAMP_SMTP_URL", "smtp://host:port"), ("BARCAMP_SECRET_KEY", "short"),
        ("BARCAMP_SECURITY_CONTACT", "me"), ("BARCAMP_SECURITY_CONTACT", "mailto:a@b.example\nX: 1"),
        ("BARCAMP_BACKUPS", "relative"), ("BARCAMP_PG_BIN", "/dev/null/no"),
        ("BARCAMP_PROXIES", "9"), ("BARCAMP_DATA", "/dev/null/no"), ("BARCAMP_VAPID_KEY", "short"),
        ("BARCAMP_VAPID_KEY", "A" * 43), ("BARCAMP_VAPID_KEY", "_" * 43), ("BARCAMP_VAPID_KEY", "ü" * 43),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        from_environment({"BARCAMP_DATA": str(tmp_path), name: value})
    assert (name in str(refusal.value), "\n" in str(refusal.value)) == (True, False)


@pytest.mark.parametrize(
    ("given", "url", "folder"),
    [
        ("", "postgresql://h/d", None),
        ("off", "", None),
        ("/mnt/b", "postgresql://h/d", "/mnt/b"),
        ("/mnt/b", "", "/mnt/b"),
    ],
)
def test_backups_are_by_themselves_on_sqlite_alone(tmp_path: Path, given: str, url: str, folder: str | None) -> None:
    environment = {"BARCAMP_DATA": str(tmp_path), "BARCAMP_BACKUPS": given, "BARCAMP_DATABASE_URL": url}
    assert from_environment(environment).backups == (None if folder is None else Path(folder))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_reached_with_psycopg(tmp_path: Path, scheme: str) -> None:
    settings = from_environment({"BARCAMP_DATA": str(tmp_path), "BARCAMP_DATABASE_URL": f"{scheme}://u:p@h/d"})
    assert (settings.database_url, settings.on_sqlite) == ("postgresql+psycopg://u:p@h/d", False)


@pytest.mark.parametrize(
    ("host", "shown"), [("0.0.0.0", "http://127.0.0.1:81"), ("::", "http://127.0.0.1:81"), ("::1", "http://[::1]:81")]
)
def test_an_address_for_all_is_shown_as_one_that_can_be_opened(tmp_path: Path, host: str, shown: str) -> None:
    given = {"BARCAMP_DATA": str(tmp_path), "BARCAMP_HOST": host, "BARCAMP_PORT": "81"}
    assert from_environment(given).base_url == shown


def test_the_public_address_loses_its_last_slash_and_names_the_sender(tmp_path: Path) -> None:
    settings = from_environment({"BARCAMP_DATA": str(tmp_path), "BARCAMP_BASE_URL": "https://camp.example.org/"})
    assert settings.base_url == "https://camp.example.org"
    assert settings.mail_from == "BarCamp <barcamp@camp.example.org>"
