"""The floor: the very answers that a site has given, from a WSGI app that does nothing else, under the same gunicorn.

`Floor` keeps answers in a folder and serves them; `app` is what gunicorn runs there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.asking import Answer
from bench.serving import Served, free_port, gunicorn

#: As in gunicorn.conf.py, which starts a site and therefore cannot be used.
SETTINGS = (
    "-c", "/dev/null", "-k", "gevent", "-w", "2", "--worker-connections", "6000", "--backlog", "4096",
    "--keep-alive", "2", "--graceful-timeout", "1", "--log-level", "critical", "--no-control-socket",
)  # fmt: skip
#: What gunicorn writes itself.
ITS_OWN = ("server", "date", "connection", "transfer-encoding", "keep-alive")


class Floor:
    """Answers by number; `path` of each is where the floor gives it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.count = folder, 0

    def add(self, answer: Answer) -> str:
        """Keep an answer; returns its path."""
        self.count += 1
        headers = [[name, value] for name, value in answer.headers.items() if name not in ITS_OWN]
        told = {"status": answer.status, "headers": headers}
        (self.folder / f"{self.count}.json").write_text(json.dumps(told))
        (self.folder / f"{self.count}.body").write_bytes(answer.body)
        return f"/{self.count}"

    def serve(self) -> Served:
        return bare("bench.floor:app", FLOOR_FOLDER=str(self.folder))


def bare(app: str, **environment: str) -> Served:
    """A bare WSGI app under gunicorn with the settings of the site."""
    port = free_port()
    words = dict(os.environ) | {"BARCAMP_PORT": str(port)} | environment
    return gunicorn(words, app, *SETTINGS, "--bind", f"127.0.0.1:{port}")


def _read(folder: Path) -> dict[str, tuple[str, list[tuple[str, str]], list[bytes]]]:
    kept = {"/healthz": ("200 OK", [("Content-Length", "2")], [b"ok"])}
    for path in folder.glob("*.json"):
        told = json.loads(path.read_text())
        body = path.with_suffix(".body").read_bytes()
        kept[f"/{path.stem}"] = (
            f"{told['status']} Fine", [(name, value) for name, value in told["headers"]], [body] if body else [],
        )  # fmt: skip
    return kept


_answers = _read(Path(os.environ["FLOOR_FOLDER"])) if "FLOOR_FOLDER" in os.environ else {}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    status, headers, body = _answers[environ["PATH_INFO"]]
    start_response(status, headers)
    return body
