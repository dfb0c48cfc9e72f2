"""Put the watching around and into the app."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from barcamp import meters
from barcamp.settings import Settings
from barcamp.watch import jobs, logs, machine, ready, slow, trace
from barcamp.watch.wsgi import TRACE, Watch


def install(app: Flask, settings: Settings) -> None:
    """After everything else that wraps `wsgi_app`: what those answer is counted, too."""
    logs.install(settings)
    slow.install(app.extensions["store"])
    jobs.install(app.extensions["queue"])

    def is_serving() -> bool:  # asked of the hub each time: the server tells it later (gunicorn.conf.py)
        return bool(app.extensions["hub"].is_serving())

    app.extensions["ready"] = ready.Readiness(app.extensions["store"], is_serving=is_serving)
    app.url_value_preprocessor(_note_route)
    app.jinja_env.globals["request_number"] = trace.request_id
    front = app.extensions.get("front")
    app.wsgi_app = Watch(  # type: ignore[method-assign]
        app.wsgi_app,
        proxies=settings.proxies > 0,
        says_all=settings.log_requests,
        figures=getattr(front, "figures", None),
    )


def share(settings: Settings, kind: str) -> None:
    """To be called in a process that serves ("web") or works ("jobs"): its figures are added to those of the others."""
    folder = machine.folder_in(settings.data)
    if meters.own.keep_in(folder, kind):
        machine.look(folder)  # puts away what those have left who ended since; nobody else may ever ask


def _note_route(endpoint: str | None, _names: dict[str, Any] | None) -> None:
    found: trace.Trace | None = request.environ.get(TRACE)
    if found is not None:
        found.route = endpoint
