"""Figures as Prometheus reads them: its text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from barcamp.meters import BOUNDS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

TYPES = {"c": "counter", "g": "gauge", "h": "histogram"}

HELP = {
    "barcamp_busy_total": "Requests that waited for a turn to write in vain, by where they waited.",
    "barcamp_connections_in_use": "Connections to the database that something uses.",
    "barcamp_database_bytes": "Size of the database.",
    "barcamp_database_up": "Whether the database answered when these figures were asked for.",
    "barcamp_disk_free_bytes": "Room on the disk of the data folder.",
    "barcamp_info": "Which version runs on what.",
    "barcamp_job_failures_total": "Jobs that broke.",
    "barcamp_job_seconds": "How long jobs took.",
    "barcamp_jobs_worker_seen_seconds": "Seconds since a jobs worker of any machine was seen last.",
    "barcamp_jobs_workers": "Jobs workers of all machines that were seen lately.",
    "barcamp_kept_hits_total": "Answers given from kept bytes.",
    "barcamp_kept_misses_total": "Answers to keep that had to be made.",
    "barcamp_kept_stale_total": "Old answers given because new ones could not be made.",
    "barcamp_kept_unchanged_total": "Of the answers from kept bytes, those that said 304.",
    "barcamp_kept_waits_total": "Of the answers that had to be made, those that somebody else was making already.",
    "barcamp_last_backup_seconds": "Seconds since the last backup ended.",
    "barcamp_letters_total": "Letters that were tried, by what became of it.",
    "barcamp_processes": "Processes of the site on this machine.",
    "barcamp_pushes_total": "Push messages that were tried, by what became of it.",
    "barcamp_queue_oldest_seconds": "How long the oldest of a queue has waited.",
    "barcamp_queue_waiting": "How many wait in a queue.",
    "barcamp_request_seconds": "How long answers took, by route; of a stream until it began.",
    "barcamp_requests_total": "Requests by route, method and class of status.",
    "barcamp_memory_bytes": "Memory of the site's processes on this machine, what they share counted once (PSS).",
    "barcamp_slow_statements_total": "Statements that took the database longer than a tenth of a second.",
    "barcamp_start_time_seconds": "When the oldest of the site's processes on this machine began, in Unix seconds.",
    "barcamp_stream_frames_total": "Batches of news written to streams.",
    "barcamp_streams_open": "Open pages that hear of changes.",
    "barcamp_streams_opened_total": "Streams that were begun.",
    "barcamp_wal_bytes": "Size of the write-ahead log beside an SQLite database.",
    "barcamp_write_wait_seconds": "How long writers waited for their turn, by where.",
}


def render(series: Mapping[str, tuple[float, ...]]) -> str:
    """Series by kind and name (`c:name{label="value"}`, as meters.py has them) as text. Other kinds are left out."""
    shown = sorted((_parted(key), numbers) for key, numbers in series.items() if key[0] in TYPES)
    lines: list[str] = []
    for (name, kind), rows in groupby(shown, lambda row: row[0][:2]):
        lines += [f"# HELP {name} {HELP.get(name, name)}", f"# TYPE {name} {TYPES[kind]}"]
        for (_name, _kind, labels), numbers in rows:
            lines += _histogram(name, labels, numbers) if kind == "h" else [_line(name, [labels], numbers[0])]
    return "".join(f"{line}\n" for line in lines)


def gauge(name: str, value: float, **labels: str) -> tuple[str, tuple[float, ...]]:
    """One more figure to render, made when it is asked for."""
    said = ",".join(f'{label}="{text}"' for label, text in sorted(labels.items()))
    return (f"g:{name}{{{said}}}" if said else f"g:{name}"), (value,)


def _parted(key: str) -> tuple[str, str, str]:
    """Name, kind and labels of a series."""
    kind, _colon, rest = key.partition(":")
    name, _brace, labels = rest.partition("{")
    return name, kind, labels.removesuffix("}")


def _histogram(name: str, labels: str, numbers: tuple[float, ...]) -> Iterable[str]:
    buckets, total = numbers[:-1], 0.0
    for bound, count in zip((*map(_number, BOUNDS), "+Inf"), buckets, strict=True):
        total += count
        yield _line(f"{name}_bucket", [labels, f'le="{bound}"'], total)
    yield _line(f"{name}_sum", [labels], numbers[-1])
    yield _line(f"{name}_count", [labels], total)


def _line(name: str, labels: list[str], value: float) -> str:
    said = ",".join(filter(None, labels))
    return f"{name}{{{said}}} {_number(value)}" if said else f"{name} {_number(value)}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
