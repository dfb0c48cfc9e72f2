"""What the environment says: every `BARCAMP_*` setting, read once, checked, frozen.

A wrong value stops the start with one line that names it (`SettingsError`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting that cannot be used; the text is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, with the defaults of a laptop at the venue."""

    host: str
    port: int
    data: Path
    database_url: str
    base_url: str
    secret_key: str
    smtp_url: str | None
    mail_from: str
    demo: bool
    workers: int
    jobs: bool
    proxies: int
    metrics_token: str | None

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")

    @property
    def outbox(self) -> Path:
        """Where letters go as `.eml` files while no SMTP server is set."""
        return self.data / "outbox"


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings; make the data folder and the secret where they are missing."""
    host = environ.get("BARCAMP_HOST", "").strip() or "127.0.0.1"
    port = _whole_number(environ, "BARCAMP_PORT", 8000, 1, 65535)
    data = _data_folder(environ)
    return Settings(
        host=host,
        port=port,
        data=data,
        database_url=_database_url(environ, data),
        base_url=_base_url(environ, host, port),
        secret_key=_secret_key(environ, data),
        smtp_url=_smtp_url(environ),
        mail_from=environ.get("BARCAMP_MAIL_FROM", "").strip() or f"BarCamp <barcamp@{_mail_host(environ, host)}>",
        demo=_switch(environ, "BARCAMP_DEMO", default=True),
        workers=_whole_number(environ, "BARCAMP_WORKERS", 2, 1, 64),
        jobs=_switch(environ, "BARCAMP_JOBS", default=True),
        proxies=_whole_number(environ, "BARCAMP_PROXIES", 0, 0, 5),
        metrics_token=environ.get("BARCAMP_METRICS_TOKEN") or None,
    )


def _whole_number(environ: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise SettingsError(f"{name} must be a whole number from {lowest} to {highest}, not {text!r}.")
    return int(text)


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if text not in ("0", "1"):
        raise SettingsError(f"{name} must be 0 or 1, not {text!r}.")
    return text == "1"


def _data_folder(environ: Mapping[str, str]) -> Path:
    data = Path(environ.get("BARCAMP_DATA", "").strip() or PROJECT / "instance").expanduser().absolute()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingsError(f"BARCAMP_DATA: cannot use the folder {data} ({problem.strerror}).") from problem
    if not os.access(data, os.W_OK):
        raise SettingsError(f"BARCAMP_DATA: cannot write into the folder {data}.")
    return data


def _database_url(environ: Mapping[str, str], data: Path) -> str:
    url = environ.get("BARCAMP_DATABASE_URL", "").strip()
    if not url:
        return f"sqlite:///{data / 'barcamp.sqlite3'}"
    scheme = url.partition(":")[0]
    if scheme in ("postgresql", "postgres"):
        return "postgresql+psycopg:" + url.partition(":")[2]
    if scheme == "postgresql+psycopg" or (scheme == "sqlite" and url.startswith("sqlite:////")):
        return url
    raise SettingsError(
        f"BARCAMP_DATABASE_URL must start with postgresql:// or be sqlite:/// and an absolute path, not {scheme!r}."
    )


def _base_url(environ: Mapping[str, str], host: str, port: int) -> str:
    url = environ.get("BARCAMP_BASE_URL", "").strip().rstrip("/")
    if not url:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - it is only shown
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise SettingsError(f"BARCAMP_BASE_URL must look like https://camp.example.org, not {url!r}.")
    return url


def _mail_host(environ: Mapping[str, str], host: str) -> str:
    return urlsplit(environ.get("BARCAMP_BASE_URL", "").strip()).hostname or "localhost"


def _smtp_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("BARCAMP_SMTP_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    try:
        usable = parts.scheme in ("smtp", "smtps", "smtp+starttls") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            "BARCAMP_SMTP_URL must look like smtp+starttls://user:password@mail.example.org:587 (or smtps://, smtp://)."
        )
    return url


def _secret_key(environ: Mapping[str, str], data: Path) -> str:
    """The given key, or one made once and kept in the data folder (readable by the owner only)."""
    given = environ.get("BARCAMP_SECRET_KEY", "")
    if given:
        if len(given) < 16:
            raise SettingsError("BARCAMP_SECRET_KEY must be at least 16 characters long.")
        return given
    path = data / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_key(path)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(32)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def _kept_key(path: Path) -> str:
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 16:
        raise SettingsError(f"The secret key in {path} is too short; remove the file to have a new one made.")
    return key
