"""Which views give everybody the same, and the front around the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header

from barcamp.db import Store
from barcamp.front import remembered
from barcamp.front.marks import marks
from barcamp.front.wsgi import Front
from barcamp.web.answers import wants_json
from barcamp.web.words import Words

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])


def shared(view: View) -> View:
    """To visitors without a cookie of ours this view gives all the same at the same minute: it may be kept.

    It may ask for nothing but the address, its query and the language, and reads all that can change from the database.
    """
    view.shared = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Put the front before the app. After everything else that wraps `wsgi_app` from inside."""
    remembered.install(app)
    store: Store = app.extensions["store"]
    words: Words = app.extensions["words"]

    def is_shared(environ: WSGIEnvironment) -> bool:
        try:
            endpoint, _names = app.create_url_adapter(app.request_class(environ)).match()  # type: ignore[union-attr]
        except HTTPException:
            return False
        return endpoint == "static" or getattr(app.view_functions[endpoint], "shared", False)

    def best_language(header: str) -> str:
        return words.best(parse_accept_header(header, LanguageAccept).values())

    def is_program(environ: WSGIEnvironment) -> bool:
        return wants_json(app.request_class(environ))

    front = Front(
        app.wsgi_app, marks(store), is_shared=is_shared, is_program=is_program, best_language=best_language
    )  # fmt: skip
    app.wsgi_app = front  # type: ignore[method-assign]
    app.extensions["front"] = front
