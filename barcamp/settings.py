"""What the environment says: every `BARCAMP_*` setting, read once, checked, frozen.

A wrong value stops the start with one line that names it (`SettingsError`).
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parent.parent
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-4, D.1.2.3


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
    vapid_key: str
    security_contact: str | None
    backups: Path | None
    pg_bin: Path | None
    log: str
    log_requests: bool

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
    secret_key = _secret_key(environ, data)
    return Settings(
        host=host,
        port=port,
        data=data,
        database_url=_database_url(environ, data),
        base_url=_base_url(environ, host, port),
        secret_key=secret_key,
        smtp_url=_smtp_url(environ),
        mail_from=environ.get("BARCAMP_MAIL_FROM", "").strip() or f"BarCamp <barcamp@{_mail_host(environ, host)}>",
        demo=_switch(environ, "BARCAMP_DEMO", default=True),
        workers=_whole_number(environ, "BARCAMP_WORKERS", 2, 1, 64),
        jobs=_switch(environ, "BARCAMP_JOBS", default=True),
        proxies=_whole_number(environ, "BARCAMP_PROXIES", 0, 0, 5),
        metrics_token=environ.get("BARCAMP_METRICS_TOKEN") or None,
        vapid_key=_vapid_key(environ, data, secret_key),
        security_contact=_security_contact(environ),
        backups=_backups(environ, data),
        pg_bin=_pg_bin(environ),
        log=_log_form(environ),
        log_requests=_switch(environ, "BARCAMP_LOG_REQUESTS", default=False),
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


def _log_form(environ: Mapping[str, str]) -> str:
    """Text for the person at a terminal, JSON for whatever else reads standard error, unless one of them is set."""
    form = environ.get("BARCAMP_LOG", "").strip()
    if not form:
        return "text" if sys.stderr is not None and sys.stderr.isatty() else "json"
    if form not in ("text", "json"):
        raise SettingsError(f"BARCAMP_LOG must be text or json, not {form!r}.")
    return form


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
    return database_address(url) if url else f"sqlite:///{data / 'barcamp.sqlite3'}"


def database_address(url: str) -> str:
    """The address of a database as SQLAlchemy reads it, from how people write it. Raises SettingsError."""
    scheme = url.partition(":")[0]
    if scheme in ("postgresql", "postgres"):
        if "," in url.partition("://")[2].partition("/")[0].rpartition("@")[2]:
            raise SettingsError(
                "BARCAMP_DATABASE_URL: several servers are named behind the question mark, as in"
                " postgresql://user:password@/name?host=a,b&port=5432,5432&target_session_attrs=read-write."
            )
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


def _security_contact(environ: Mapping[str, str]) -> str | None:
    """Where whoever finds a hole can write to (RFC 9116, 2.5.3)."""
    address = environ.get("BARCAMP_SECURITY_CONTACT", "").strip()
    if not address:
        return None
    if not address.startswith(("mailto:", "https://")) or not address.isascii() or not address.isprintable():
        raise SettingsError(
            "BARCAMP_SECURITY_CONTACT must look like mailto:security@camp.example.org or https://camp.example.org/...,"
            f" not {address!r}."
        )
    return address


def _secret_key(environ: Mapping[str, str], data: Path) -> str:
    """The given key, or one made once and kept in the data folder (readable by the owner only)."""
    given = environ.get("BARCAMP_SECRET_KEY", "")
    if given:
        if len(given) < 16:
            raise SettingsError("BARCAMP_SECRET_KEY must be at least 16 characters long.")
        return given
    key = _made_once(data / "secret_key", lambda: secrets.token_urlsafe(32))
    if len(key) < 16:
        raise SettingsError(f"The secret key in {data / 'secret_key'} is too short; remove the file to have a new one.")
    return key


def _vapid_key(environ: Mapping[str, str], data: Path, secret_key: str) -> str:
    """The key that signs what goes to push services (RFC 8292): 32 bytes of a private key on P-256 in base64url.

    Where none is given it comes from the secret key, so that machines which share that one share this one, too: what a
    browser has asked one of them for, the jobs worker on another one sends. Once made it is kept, whatever becomes of
    the secret.
    """
    given = environ.get("BARCAMP_VAPID_KEY", "").strip().rstrip("=")
    if given:
        if not _is_private_key(given):
            raise SettingsError("BARCAMP_VAPID_KEY must be a private key on P-256: 32 bytes in base64url, 43 letters.")
        return given
    path = data / "vapid_key"
    key = _made_once(path, lambda: _base64url(_private_key_of(secret_key).to_bytes(32, "big")))
    if not _is_private_key(key):
        raise SettingsError(f"The key in {path} is none; remove the file to have a new one, and browsers ask again.")
    return key


def _private_key_of(secret_key: str) -> int:
    """A number that is as good as any on the curve: 512 bits of HMAC, so the rest of the division has no bias."""
    number = int.from_bytes(hmac.digest(secret_key.encode(), b"barcamp vapid key", "sha512"), "big")
    return number % (_P256_ORDER - 1) + 1


def _is_private_key(text: str) -> bool:
    try:
        raw = base64.b64decode(text + "=", altchars=b"-_", validate=True)
    except ValueError:
        return False
    return len(raw) == 32 and 0 < int.from_bytes(raw, "big") < _P256_ORDER


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _backups(environ: Mapping[str, str], data: Path) -> Path | None:
    """Where backups are written each hour; None for not at all. Without a word: on SQLite, into the data folder."""
    given = environ.get("BARCAMP_BACKUPS", "").strip()
    if not given:
        return data / "backups" if _database_url(environ, data).startswith("sqlite:") else None
    if given == "off":
        return None
    folder = Path(given).expanduser()
    if not folder.is_absolute():
        raise SettingsError(f"BARCAMP_BACKUPS must be off or a folder's whole path, not {given!r}.")
    return folder


def _pg_bin(environ: Mapping[str, str]) -> Path | None:
    """The folder of pg_dump, pg_restore and psql, where they are to be others than those that are found."""
    given = environ.get("BARCAMP_PG_BIN", "").strip()
    if not given:
        return None
    folder = Path(given).expanduser()
    if not folder.is_dir():
        raise SettingsError(f"BARCAMP_PG_BIN must be a folder, and there is none at {given!r}.")
    return folder


def _made_once(path: Path, make: Callable[[], str]) -> str:
    """What is kept in a file that its owner alone can read. Of several processes that miss it, one makes it: the file
    is there whole or not at all.
    """
    if not path.exists():
        half = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(half, path)
        finally:
            half.unlink()
    return path.read_text(encoding="ascii", errors="replace").strip()
