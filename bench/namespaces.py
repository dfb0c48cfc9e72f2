"""Three web machines and PostgreSQL with a network of their own each, and one of them cut off from the database.

    sudo .venv/bin/python -m bench.namespaces            # cut off for 20 s

Network namespaces stand for machines: each web machine has one cable to the clients and one to PostgreSQL. The second
cable of the first machine is pulled and put back; nothing hangs up, packets just go nowhere. Told is what people get
from that machine each second, whether the others notice anything, and what an open page on it hears once it is back.
Linux, root, iproute2. Whatever it makes is named after its process and taken away at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from tests.servers import postgres

WEBS = 3
FRONT, BACK = "10.77.0", "10.78.0"
HUB, SERVER = 1, 9
PORT = 8000
SLUG = "beaver"
INSIDE = "BARCAMP_BENCH_NAMESPACES"


def run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@dataclass
class Network:
    """The hub has a bridge of clients and one of the database; a machine is a namespace with a cable to one or both."""

    name: str
    made: list[str] = field(default_factory=list)

    def add(self, machine: str) -> str:
        space = f"{self.name}-{machine}"
        run("ip", "netns", "add", space)
        self.made.append(space)
        run("ip", "-n", space, "link", "set", "lo", "up")
        return space

    def bridge(self, kind: str, subnet: str) -> None:
        run("ip", "-n", self.hub, "link", "add", kind, "type", "bridge")
        run("ip", "-n", self.hub, "link", "set", kind, "up")
        run("ip", "-n", self.hub, "addr", "add", f"{subnet}.{HUB}/24", "dev", kind)

    def cable(self, space: str, kind: str, address: str) -> None:
        here = f"{kind}-{space.rpartition('-')[2]}"
        run("ip", "-n", self.hub, "link", "add", here, "type", "veth", "peer", "name", kind, "netns", space)
        run("ip", "-n", self.hub, "link", "set", here, "master", kind, "up")
        run("ip", "-n", space, "addr", "add", f"{address}/24", "dev", kind)
        run("ip", "-n", space, "link", "set", kind, "up")

    def pull(self, machine: str, kind: str, *, out: bool) -> None:
        run("ip", "-n", self.hub, "link", "set", f"{kind}-{machine}", "down" if out else "up")

    @property
    def hub(self) -> str:
        return f"{self.name}-hub"

    def take_away(self) -> None:
        for space in self.made:
            subprocess.run(["ip", "netns", "del", space], check=False)


@contextmanager
def network() -> Iterator[Network]:
    made = Network(f"bc{os.getpid()}")
    try:
        made.add("hub")
        made.bridge("front", FRONT)
        made.bridge("back", BACK)
        made.cable(made.add("pg"), "back", f"{BACK}.{SERVER}")
        for number in range(WEBS):
            space = made.add(f"web{number}")
            made.cable(space, "front", f"{FRONT}.{10 + number}")
            made.cable(space, "back", f"{BACK}.{10 + number}")
        yield made
    finally:
        made.take_away()


@contextmanager
def server(space: str) -> Iterator[str]:
    """PostgreSQL in its namespace, reached over the back cables."""
    account = postgres._account()
    folder = Path(postgres._folder(account))
    data, binaries = folder / "data", postgres._binaries(folder, account)
    words = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(words, check=True, capture_output=True, **postgres._as(account, folder))
    with (data / "pg_hba.conf").open("a") as file:
        file.write(f"host all all {BACK}.0/24 trust\n")
    words = [str(binaries / "postgres"), "-D", str(data), "-c", "listen_addresses=*", "-c", "unix_socket_directories="]
    words += ["-c", "fsync=off"]
    owner = [] if account is None else ["setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    process = subprocess.Popen(
        ["ip", "netns", "exec", space, *owner, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"postgresql://postgres@{BACK}.{SERVER}:5432/postgres"
    finally:
        process.send_signal(signal.SIGINT)  # else it would wait for those who are cut off
        process.wait(timeout=30)
        run("rm", "-rf", str(folder))


class Ear:
    """An open wall: the numbers of what it heard."""

    def __init__(self, host: str) -> None:
        self.ids: list[int] = []
        self._connection = HTTPConnection(host, PORT, timeout=300)
        self._connection.request("GET", f"/{SLUG}/live")
        self._answer = self._connection.getresponse()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while line := self._answer.readline():
            if line.startswith(b"id: "):
                self.ids.append(int(line[4:]))


@dataclass
class Person:
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def ask(self, host: str, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, float]:
        """Status (0: no answer), text, seconds."""
        began = time.monotonic()
        connection = HTTPConnection(host, PORT, timeout=30)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept": "text/html",
        }
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, None if data is None else urlencode(data), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, HTTPException):
            return 0, "", time.monotonic() - began
        finally:
            connection.close()
        for kept in SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or [])).values():
            self.cookies[kept.key] = kept.value
        return answer.status, text, time.monotonic() - began

    def post(self, host: str, title: str) -> bool:
        return self.ask(host, "POST", f"/{SLUG}/wall/notes", {"title": title, "csrf_token": self.token})[0] == 303


def outside(asked: argparse.Namespace) -> int:
    """Make the network, start the machines in it, and look from the hub."""
    with (
        network() as made,
        server(f"{made.name}-pg") as url,
        tempfile.TemporaryDirectory() as folder,
        ExitStack() as on,
    ):
        time.sleep(3.0)
        shared = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
        shared |= {"BARCAMP_DATABASE_URL": url, "BARCAMP_SECRET_KEY": secrets.token_hex(16), "BARCAMP_JOBS": "0"}
        shared |= {"BARCAMP_WORKERS": "1", "BARCAMP_PORT": str(PORT)}
        hosts = [f"{FRONT}.{10 + number}" for number in range(WEBS)]
        for number, host in enumerate(hosts):
            own = shared | {"BARCAMP_HOST": host, "BARCAMP_DATA": f"{folder}/{number}"}
            own |= {"BARCAMP_BASE_URL": f"http://{hosts[0]}:{PORT}"} if number == 0 else {}
            start = [sys.executable, "-c", "from barcamp.serve import main; raise SystemExit(main())"]
            log = on.enter_context(Path(f"{folder}/{number}.log").open("wb"))
            process = subprocess.Popen(
                ["ip", "netns", "exec", f"{made.name}-web{number}", *start], env=own, stdout=log, stderr=log
            )
            on.callback(process.wait, 30)
            on.callback(process.terminate)
        shell = shared | {"BARCAMP_DATA": f"{folder}/shell", "BARCAMP_BASE_URL": "http://hub"}
        told = {"hosts": hosts, "seconds": asked.seconds, "network": made.name}
        look = ["ip", "netns", "exec", made.hub, sys.executable, "-m", "bench.namespaces"]
        done = subprocess.run(look, env=shell | {INSIDE: json.dumps(told)}, check=False)
        if done.returncode:
            for number in range(WEBS):
                print(Path(f"{folder}/{number}.log").read_text()[-3000:])
        return done.returncode


def inside(hosts: list[str], seconds: float, made: Network) -> int:
    deadline = time.monotonic() + 120
    guest = Person()
    while any(guest.ask(host, "GET", "/readyz")[0] != 200 for host in hosts):
        if time.monotonic() > deadline:
            raise SystemExit("the machines did not start")
        time.sleep(0.5)
    words = [sys.executable, "-m", "flask", "--app", "app", "sign-in-link", "ada@example.com"]
    link = run(*words).strip()
    ada = Person()
    ada.ask(hosts[1], "POST", "/" + link.split("/", 3)[3], {})
    found = re.search(r'name="csrf-token" content="([^"]+)"', ada.ask(hosts[1], "GET", f"/{SLUG}/wall/new")[1])
    assert found is not None
    ada.token = found[1]
    ears = [Ear(host) for host in hosts]
    time.sleep(3.0)

    print(f"web0 is cut off from PostgreSQL for {seconds:g} s:", flush=True)
    made.pull("web0", "back", out=True)
    cut, posted, slowest, lines = time.monotonic(), 0, 0.0, []
    while posted == 0 or time.monotonic() < cut + seconds:
        if time.monotonic() > cut + 4 * seconds:
            raise SystemExit("nothing can be posted on the others")
        at = time.monotonic() - cut
        title = f"While cut off {posted}"
        began = time.monotonic()
        posted += ada.post(hosts[1], title)
        slowest = max(slowest, time.monotonic() - began)
        page, _text, took = ada.ask(hosts[0], "GET", "/account")
        wall, shown, fast = guest.ask(hosts[0], "GET", f"/{SLUG}/wall")
        state = "fresh" if title in shown else "OLD" if wall == 200 else "none"
        lines.append(
            f"  {at:5.1f} s: web0 signed in {page} in {took:.1f} s; a guest's wall {wall} in {fast:.1f} s, {state}"
        )
        time.sleep(1.0)
    print(*lines, sep="\n")
    made.pull("web0", "back", out=False)
    back = time.monotonic()
    while ada.ask(hosts[0], "GET", "/account")[0] != 200 and time.monotonic() < back + 120:
        time.sleep(0.2)
    print(f"signed in on web0 again after {time.monotonic() - back:.1f} s", flush=True)
    while not (ears[1].ids and ears[0].ids and ears[0].ids[-1] == ears[1].ids[-1]) and time.monotonic() < back + 120:
        time.sleep(0.1)
    print(f"its open page has heard everything after {time.monotonic() - back:.1f} s", flush=True)
    whole = all(ear.ids == list(range(ear.ids[0], ear.ids[0] + posted)) for ear in ears)
    print(
        f"{posted} notes were posted on web1 (slowest {slowest:.1f} s); heard without a gap everywhere: {whole}",
        flush=True,
    )
    return 0 if whole else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    given = os.environ.get(INSIDE)
    if given is None:
        return outside(asked)
    told = json.loads(given)
    return inside(told["hosts"], told["seconds"], Network(told["network"]))


if __name__ == "__main__":
    raise SystemExit(main())
