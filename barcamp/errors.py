"""A "no" that a person can read: refusals are exceptions, and one handler turns them into an answer."""

from __future__ import annotations


def N_(words: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark words for translation where they are written; they are translated where they are shown."""
    return words


class Refused(Exception):
    """Something the state of things does not allow.

    `words` are whole sentences for people, marked with `N_`; `facts` fill their {places} after translation. A fact
    that reads differently in every language (a day's name) is a function of the locale's code.
    `status` is the HTTP status of the answer; subclasses in each package name the reason.
    """

    status = 409

    def __init__(self, words: str, **facts: object) -> None:
        self.words = words
        self.facts = facts
        super().__init__(words.format(**self.facts_in("en")) if facts else words)

    def facts_in(self, locale: str) -> dict[str, object]:
        return {name: fact(locale) if callable(fact) else fact for name, fact in self.facts.items()}


class NotYours(Refused):
    """Signed in, but this is for somebody else to do."""

    status = 403


class TooMany(Refused):
    """Too often in too short a time; `retry_after` is in seconds."""

    status = 429

    def __init__(self, words: str, retry_after: int, **facts: object) -> None:
        super().__init__(words, **facts)
        self.retry_after = retry_after


class Busy(Refused):
    """The database could not be had in time; the same request may go through in a moment."""

    status = 503
    retry_after = 2

    def __init__(self) -> None:
        super().__init__(N_("Too much is happening at once. Nothing was changed; please try again in a moment."))
