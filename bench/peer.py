"""The peer: pretalx with the same conference, on the same machine, as its own documentation would have it served.

Whoever measures installs it in an environment of its own; nothing of it is part of this project:

    python -m venv peer && peer/bin/pip install pretalx==2025.2.2 gunicorn
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.serving import Served, free_port, gunicorn

FILL = Path(__file__).with_name("pretalx_fill.py")
CONFIG = """
[filesystem]
data = {folder}
static = {folder}/static.dist
[site]
debug = false
url = http://127.0.0.1:{port}
[database]
backend = sqlite3
name = {folder}/db.sqlite3
"""


def serve(python: str, folder: Path, schedule: dict[str, Any]) -> tuple[Served, str]:
    """pretalx on SQLite with two workers, and the code of one of its talks. `schedule`: what our schedule.json says.

    What it takes a minute to prepare is in the folder afterwards; one where it is there already is taken as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    (folder / "pretalx.cfg").write_text(CONFIG.format(folder=folder, port=port))
    (folder / "sessions.json").write_text(json.dumps(_sessions(schedule["schedule"]["conference"])))
    environment = dict(os.environ) | {
        "PRETALX_CONFIG_FILE": str(folder / "pretalx.cfg"),
        "PEER_SESSIONS": str(folder / "sessions.json"),
        "BARCAMP_PORT": str(port),
    }
    said = folder / "filled.txt"
    if not said.exists():
        _run(environment, python, "migrate")
        _run(environment, python, "collectstatic", "--noinput")
        said.write_text(_run(environment, python, "shell", "--unsafe-disable-scopes", stdin=FILL.read_text()))
    told = next(line for line in said.read_text().splitlines() if line.startswith("bench: "))
    print(f"  the peer: {told}", flush=True)
    words = ["-c", "/dev/null", "-w", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    # an absolute path, but not that of what it links to: by its place a Python knows its packages
    served = gunicorn(environment, "pretalx.wsgi", *words, python=str(Path(python).absolute()), folder=folder)
    return served, told.rpartition(" ")[2]


def _run(environment: dict[str, str], python: str, *words: str, stdin: str = "") -> str:
    done = subprocess.run(
        [python, "-m", "pretalx", *words], env=environment, input=stdin, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"pretalx {words[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def _sessions(conference: dict[str, Any]) -> dict[str, Any]:
    rooms = [room["name"] for room in conference["rooms"]]
    sessions = []
    for day in conference["days"]:
        for place, room in enumerate(rooms):
            for one in day["rooms"].get(room, []):
                starts = datetime.fromisoformat(one["date"])
                hours, minutes = map(int, one["duration"].split(":"))
                ends = starts + timedelta(hours=hours, minutes=minutes)
                sessions.append({
                    "title": one["title"], "text": one["abstract"] or one["description"], "room": place,
                    "speaker": ", ".join(person["name"] for person in one["persons"]),
                    "starts": starts.isoformat(), "ends": ends.isoformat(),
                })  # fmt: skip
    return {
        "first": date.fromisoformat(conference["start"][:10]).isoformat(), "days": len(conference["days"]),
        "zone": conference["time_zone_name"], "rooms": rooms, "sessions": sessions,
    }  # fmt: skip
