"""Put the pages' toolkit into the app."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from barcamp.settings import PROJECT, Settings
from barcamp.web import converters, csrf, discreet, errors, fragments, headers, honeypot, pages, static, words

MEBIBYTE = 1024 * 1024


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
    converters.install(app)
    words.install(app, PROJECT / "locale")
    csrf.install(app)
    headers.install(app, https=https)
    static.install(app)
    fragments.install(app)
    pages.install(app)
    honeypot.install(app)
    errors.install(app)
    discreet.install()


def behind_proxies(app: Flask, settings: Settings) -> None:
    """Believe the proxies in front about who asks and for what. Around every other layer, which then needs not know."""
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _trusted_hosts(settings: Settings) -> list[str] | None:
    """The public address and this machine. A venue's laptop is reached by whatever address it has, so only a site
    with a configured public name insists on it; mails and feeds use BARCAMP_BASE_URL in either case.
    """
    public = urlsplit(settings.base_url).hostname or ""
    if public in ("127.0.0.1", "localhost", "::1"):
        return None
    return [public, "127.0.0.1", "localhost", "[::1]"]
