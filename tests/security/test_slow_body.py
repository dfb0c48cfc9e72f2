"""A body that does not come to its end is not waited for: under greenlets, as the site is served, with real sockets."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: The app under gevent's own server, with less patience; says its port when it can be asked.
SERVER = """
from gevent import monkey; monkey.patch_all()
from gevent.pywsgi import WSGIServer
from barcamp import create_app
from barcamp.settings import from_environment
from barcamp.web import csrf
csrf.BODY_SECONDS = 0.5
server = WSGIServer(("127.0.0.1", 0), create_app(from_environment()), log=None)
server.start()
print(server.server_port, flush=True)
server.serve_forever()
"""
HEAD = "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize("rest", ["Content-Length: 500\r\n\r\nemail=", "Transfer-Encoding: chunked\r\n\r\n5\r\nema"])
def test_half_a_body_is_answered_by_408(tmp_path: Path, rest: str) -> None:
    settings = {"BARCAMP_DATA": str(tmp_path), "BARCAMP_DEMO": "0", "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-m", "flask", "--app", "app", "migrate"], cwd=ROOT, env=settings, check=True)
    with subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, env=settings, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as sender:
                sender.sendall((HEAD.format(port) + rest).encode())
                answer = sender.recv(65_536)
        finally:
            server.kill()
    assert re.match(rb"HTTP/1\.1 408 ", answer), answer[:200]
