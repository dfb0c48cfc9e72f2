"""The words of the interface in the visitor's language: gettext with Babel.

Code marks words with `_` (now), `lazy` (class bodies) or `N_` (in logic, translated where shown).
A language is there once `locale/<language>/LC_MESSAGES/messages.mo` is.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import babel.core
from babel import Locale
from babel.support import LazyProxy, NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request

from barcamp.errors import Refused

FALLBACK = "en"


class Words:
    """The translations found at the start, by language code ("en" is what the code itself says)."""

    def __init__(self, folder: Path) -> None:
        self.translations: dict[str, NullTranslations] = {FALLBACK: NullTranslations()}
        for compiled in sorted(folder.glob("*/LC_MESSAGES/messages.mo")):
            language = compiled.parent.parent.name
            self.translations[language] = Translations.load(folder, [language])

    def best(self, wanted: Iterable[str]) -> str:
        """The first of the wanted languages that is there, "de-AT" finding "de"."""
        for tag in wanted:
            for code in (tag, tag.replace("-", "_"), tag.partition("-")[0]):
                if code in self.translations:
                    return code
        return FALLBACK


def install(app: Flask, folder: Path) -> None:
    """Give the app its words and its templates `_`, `ngettext` and {% trans %}."""
    app.extensions["words"] = Words(folder)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]


def load_languages(app: Flask) -> None:
    """Before a fork: what dates and numbers of each language are written with. What Babel finds it by, 2 MiB about all
    countries and zones, is let go; it reads that again if anybody asks for more.
    """
    words: Words = app.extensions["words"]
    for code in words.translations:
        len(_parsed(code).days)
    babel.core._global_data = None


def language() -> str:
    """The language of this request; English outside of one."""
    if not has_request_context():
        return FALLBACK
    if "language" not in g:
        words: Words = current_app.extensions["words"]
        g.language = words.best(request.accept_languages.values())
    found: str = g.language
    return found


def locale() -> Locale:
    """The Babel locale of this request, for dates and numbers."""
    return _parsed(language())


@cache
def _parsed(code: str) -> Locale:
    try:
        return Locale.parse(code)
    except ValueError:
        return Locale.parse(FALLBACK)


def _(text: str) -> str:
    return _translations().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    return _translations().ngettext(one, many, count)


def lazy(text: str, **facts: object) -> LazyProxy:
    """Words of a class body, translated each time they are shown, and then filled with facts."""
    return LazyProxy(lambda: _(text).format(**facts) if facts else _(text), enable_cache=False)


def told(refusal: Refused) -> str:
    """A refusal in the visitor's language."""
    words = _(refusal.words)
    return words.format(**refusal.facts_in(str(locale()))) if refusal.facts else words


def _translations() -> NullTranslations:
    """Looked up once a request: a page asks forty times."""
    kept: NullTranslations | None = g.get("translations") if has_request_context() else None
    if kept is None:
        words: Words | None = current_app.extensions.get("words") if current_app else None
        kept = NullTranslations() if words is None else words.translations[language()]
        if has_request_context():
            g.translations = kept
    return kept
