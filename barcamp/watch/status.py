"""How the site is, in words: from facts to lines for organizers, the worst first. Nothing is looked up here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from babel.dates import format_timedelta
from babel.numbers import format_decimal

from barcamp.errors import N_
from barcamp.watch.queries import Mail, MailTrouble, Queue
from barcamp.web.words import _, locale, ngettext

Level = Literal["bad", "warn", "hint", "fine"]
LEVELS: tuple[Level, ...] = ("bad", "warn", "hint", "fine")

#: A worker beats every half minute; after so long it is missed.
SEEN_LATELY = timedelta(seconds=90)
#: From which age of the oldest on a queue is late, and from which it is a trouble.
LATE: Mapping[str, tuple[timedelta, timedelta]] = {
    "letters": (timedelta(minutes=2), timedelta(minutes=15)),
    "pushes": (timedelta(minutes=5), timedelta(hours=1)),
    "news": (timedelta(minutes=3), timedelta(minutes=15)),
    "imports": (timedelta(minutes=3), timedelta(minutes=15)),
    "searches": (timedelta(minutes=3), timedelta(minutes=30)),
    "calendars": (timedelta(hours=1), timedelta(days=1)),
}
#: Answers that take longer than a second: so many of so large a share are slow, and too slow.
SLOW_COUNT, SLOW_SHARE, TOO_SLOW_SHARE = 5, 0.05, 0.25
#: Bytes, and share of the disk.
LITTLE_ROOM, LITTLE_SHARE, NO_ROOM = 1_000_000_000, 0.05, 200_000_000
OLD_BACKUP = timedelta(days=2)

_TROUBLES: Mapping[MailTrouble, tuple[str, str]] = {
    "away": (
        N_("the mail server does not answer"),
        N_("Letters wait and go out by themselves once it does. Whoever runs the site looks at the mail server."),
    ),
    "password": (
        N_("the mail server does not take our user name and password"),
        N_("Whoever runs the site sets BARCAMP_SMTP_URL anew. The letters wait until then."),
    ),
    "outbox": (
        N_("the outbox folder cannot be written to"),
        N_("Whoever runs the site looks at the outbox in the data folder, and at the room on the disk."),
    ),
    "sender": (
        N_("the address that mail should come from is none"),
        N_("Whoever runs the site sets BARCAMP_MAIL_FROM anew. The letters wait until then."),
    ),
    "other": (
        N_("the mail server does not take them"),
        N_("They are tried again for a day. Whoever runs the site finds the server’s words in the log."),
    ),
}
_ASK = N_("It should be done within a minute once the jobs worker gets to it.")
_LATE_WORDS: Mapping[str, tuple[str, str]] = {
    "pushes": (
        N_("Notifications are late by {age}."),
        N_("Push services may be slow. Letters and pages tell the same."),
    ),
    "news": (N_("News of moved sessions are late by {age}."), N_("The schedule’s page is right all the same.")),
    "imports": (N_("An import has waited for {age}."), _ASK),
    "searches": (
        N_("A search for a better schedule has waited for {age}."),
        N_("Others may be searching. You can place sessions by hand meanwhile."),
    ),
    "calendars": (N_("Speakers’ calendars are read {age} late."), _ASK),
}


class Seen(Protocol):
    """A worker as the database knows it."""

    seen_at: datetime
    ended_at: datetime | None


class Backups(Protocol):
    """How the scheduled backups stand (backup/scheduled.py)."""

    @property
    def newest(self) -> datetime | None: ...

    @property
    def problem(self) -> str | None: ...

    def is_late(self, now: datetime, *, since: datetime) -> bool: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines are made of. `answers`: of the last two minutes all, and those that took longer than a second.
    Sizes are in bytes; None: it is not known. `backups`: the scheduled ones, None where there are none.
    """

    now: datetime
    queues: Mapping[str, Queue]
    mail: Mail
    workers: Sequence[Seen]
    streams: int
    answers: tuple[int, int]
    disk_free: int | None
    disk_size: int | None
    database_size: int | None
    backups: Backups | None
    running_since: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know, how bad it is, and what to do about it ("" where nothing)."""

    level: Level
    words: str
    help: str = ""


def lines(facts: Facts) -> list[Line]:
    """Everything there is to say, the worst first."""
    said = [line for part in _PARTS for line in part(facts)]
    return sorted(said, key=lambda line: LEVELS.index(line.level))


def troubles(facts: Facts) -> list[Line]:
    """What somebody should look at; nothing when all is well."""
    return [line for line in lines(facts) if line.level in ("bad", "warn")]


def lately(workers: Sequence[Seen], now: datetime) -> list[Seen]:
    """The workers that live, as far as can be known. A clock that was set back makes nobody dead."""
    return [worker for worker in workers if worker.ended_at is None and now - worker.seen_at <= SEEN_LATELY]


def _jobs(facts: Facts) -> Iterator[Line]:
    if lately(facts.workers, facts.now):
        return
    help_ = _("News, imports and searches wait, too. Whoever runs the site starts it with: flask --app app jobs")
    if not facts.workers:
        yield Line("bad", _("Letters do not go out: no jobs worker is there."), help_)
        return
    last = max(facts.workers, key=lambda worker: worker.seen_at)
    words = (
        _("Letters do not go out: the jobs worker was last seen {age} ago.") if last.ended_at is None
        else _("Letters do not go out: the jobs worker was stopped {age} ago.")
    )  # fmt: skip
    yield Line("bad", words.format(age=_age(facts.now - last.seen_at)), help_)


def _letters(facts: Facts) -> Iterator[Line]:
    late = _lateness("letters", facts)
    if late is not None:
        level, age = late
        if facts.mail.trouble is None:
            words = _("Mail is late by {age}.").format(age=age)
            yield Line(level, words, _("Letters go out one by one, so after an announcement to many this is no fault."))
        else:
            why, help_ = _TROUBLES[facts.mail.trouble]
            yield Line(level, _("Mail is late by {age}: {why}.").format(age=age, why=_(why)), _(help_))
    if facts.mail.given_up:
        words = ngettext(
            "{n} letter of the last day could not be delivered.",
            "{n} letters of the last day could not be delivered.",
            facts.mail.given_up,
        )
        help_ = _("Mostly an address was mistyped: ask people to look at theirs on their account page.")
        yield Line("hint", words.format(n=facts.mail.given_up), help_)


def _queues(facts: Facts) -> Iterator[Line]:
    for name, (words, help_) in _LATE_WORDS.items():
        late = _lateness(name, facts)
        if late is not None:
            yield Line(late[0], _(words).format(age=late[1]), _(help_))


def _answers(facts: Facts) -> Iterator[Line]:
    every, slow = facts.answers
    if slow >= SLOW_COUNT and slow >= SLOW_SHARE * every:
        words = _("The site is busy: {slow} of {every} answers of the last minutes took longer than a second.")
        help_ = _("It is the machine that is slow, or what else runs on it. A screen or a tab closed is a little help.")
        level: Level = "bad" if slow >= TOO_SLOW_SHARE * every else "warn"
        yield Line(level, words.format(slow=slow, every=every), help_)


def _disk(facts: Facts) -> Iterator[Line]:
    free, size = facts.disk_free, facts.disk_size
    if free is None or size is None:
        return
    if free < NO_ROOM:
        help_ = _("Nothing can be posted once it is full. Whoever runs the site makes room now.")
        yield Line("bad", _("The disk is nearly full: {free} left.").format(free=_size(free)), help_)
    elif free < min(LITTLE_ROOM, LITTLE_SHARE * size):
        words = _("The disk has little room: {free} left.").format(free=_size(free))
        yield Line("warn", words, _("Whoever runs the site makes room, before nothing can be posted any more."))
    elif facts.database_size is None:
        yield Line("fine", _("The disk has room for {free} more.").format(free=_size(free)))
    else:
        words = _("The disk has room for {free} more; the site takes {size}.")
        yield Line("fine", words.format(free=_size(free), size=_size(facts.database_size)))


def _backup(facts: Facts) -> Iterator[Line]:
    backups, now = facts.backups, facts.now
    if backups is None:
        help_ = _("Whoever runs the site sets BARCAMP_BACKUPS, or makes one with: flask --app app backup FILE")
        yield Line("hint", _("No backups are made by themselves."), help_)
        return
    age = None if backups.newest is None else max(timedelta(0), now - backups.newest)
    said = (
        _("No backup has been made yet.") if age is None
        else _("The last backup is {age} old.").format(age=_age(age))
    )  # fmt: skip
    if backups.problem is not None:
        help_ = _(
            "A later one failed; why stands in last-problem.txt in the folder of backups. It is tried again soon."
        )
    elif backups.is_late(now, since=facts.running_since):
        help_ = _("The jobs worker makes one each hour. Make one now with: flask --app app backup FILE")
    else:
        yield Line("fine", said)
        return
    yield Line("bad" if age is None or age > OLD_BACKUP else "warn", said, help_)


def _streams(facts: Facts) -> Iterator[Line]:
    words = ngettext("{n} open page hears of changes.", "{n} open pages hear of changes.", facts.streams)
    yield Line("fine", words.format(n=facts.streams))


_PARTS: tuple[Callable[[Facts], Iterator[Line]], ...] = (
    _jobs, _letters, _queues, _answers, _disk, _backup, _streams,
)  # fmt: skip


def _lateness(name: str, facts: Facts) -> tuple[Level, str] | None:
    """How bad it is that the oldest of this queue still waits, and how long it has; None where it is in time."""
    since = facts.queues[name].since
    if since is None or facts.now - since < LATE[name][0]:
        return None
    age = facts.now - since
    return ("bad" if age >= LATE[name][1] else "warn"), _age(age)


def _age(age: timedelta) -> str:
    return format_timedelta(max(age, timedelta(minutes=1)), granularity="minute", threshold=1.5, locale=locale())


def _size(count: int) -> str:
    for unit, factor in (("GB", 10**9), ("MB", 10**6)):
        if count >= factor:
            return f"{format_decimal(round(count / factor, 1), locale=locale())} {unit}"
    return f"{format_decimal(max(1, count // 1000), locale=locale())} kB"
