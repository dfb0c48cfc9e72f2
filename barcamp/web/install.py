"""Put the pages' toolkit into the app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import BadHost, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from barcamp.settings import PROJECT, Settings
from barcamp.web import (
    converters,
    csrf,
    discreet,
    errors,
    forged,
    fragments,
    headers,
    honeypot,
    pages,
    static,
    words,
    zipped,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MEBIBYTE = 1024 * 1024
#: Asked by what watches each machine, under the machine's own address; no link is made there.
FOR_WATCHERS = frozenset(("/healthz", "/readyz", "/metrics"))


def everything(app: Flask, settings: Settings) -> None:
    https = settings.base_url.startswith("https:")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-barcamp_form" if https else "barcamp_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        MAX_CONTENT_LENGTH=MEBIBYTE,
        MAX_FORM_MEMORY_SIZE=MEBIBYTE // 2,
        MAX_FORM_PARTS=1000,
        TRUSTED_HOSTS=_trusted_hosts(settings),
        PREFERRED_URL_SCHEME="https" if https else "http",
    )
    app.before_request(_refuse_strange_hosts)  # before anything else could say no, by a page with links
    zipped.install(app, https=https)  # the last to see an answer is who came first
    converters.install(app)
    words.install(app, PROJECT / "locale")
    csrf.install(app)
    headers.install(app, https=https)
    static.install(app)
    fragments.install(app)
    pages.install(app)
    honeypot.install(app)
    errors.install(app)
    forged.install(app)
    discreet.install()
    app.wsgi_app = _under_any_host(app.wsgi_app, settings)  # type: ignore[method-assign,assignment]


def _refuse_strange_hosts() -> None:
    """A host that is not ours, or is none: no link can be made there."""
    if isinstance(problem := request.routing_exception, SecurityError | BadHost):
        raise problem


def behind_proxies(app: Flask, settings: Settings) -> None:
    """Believe the proxies in front about who asks and for what. Around every other layer, which then needs not know."""
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _under_any_host(inner: WSGIApplication, settings: Settings) -> WSGIApplication:
    """Else a load balancer, which asks an upstream by its number in the inner network, would be refused as a stranger
    (TRUSTED_HOSTS), and take every machine for a dead one.
    """
    public = urlsplit(settings.base_url).netloc

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in FOR_WATCHERS:
            environ["HTTP_HOST"] = public
        return inner(environ, start_response)

    return answer


def _trusted_hosts(settings: Settings) -> list[str] | None:
    """The public address and this machine. A venue's laptop is reached by whatever address it has, so only a site
    with a configured public name insists on it; mails and feeds use BARCAMP_BASE_URL in either case.
    """
    public = urlsplit(settings.base_url).hostname or ""
    if public in ("127.0.0.1", "localhost", "::1"):
        return None
    return [public, "127.0.0.1", "localhost", "[::1]"]
