"""How the site is in words, as a function of facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barcamp.mail.delivery import NoServer
from barcamp.mail.ways import _sender
from barcamp.watch import queries, status
from barcamp.watch.queries import QUEUES, Mail, Queue
from barcamp.watch.status import LEVELS, Facts, Line

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
GB = 10**9


@dataclass
class Seen:
    seen_at: datetime
    ended_at: datetime | None = None


@dataclass
class Backups:
    newest: datetime | None = NOW - timedelta(minutes=20)
    problem: str | None = None
    late: bool = False

    def is_late(self, now: datetime, *, since: datetime) -> bool:
        assert since <= now
        return self.late


FINE = Facts(
    now=NOW,
    queues=dict.fromkeys(QUEUES, Queue(0, None)),
    mail=Mail(None, 0),
    workers=[Seen(NOW - timedelta(seconds=20))],
    streams=12,
    answers=(1000, 0),
    disk_free=40 * GB,
    disk_size=100 * GB,
    database_size=12_000_000,
    backups=Backups(),
    running_since=NOW - timedelta(days=1),
)


def ago(**names: float) -> datetime:
    return NOW - timedelta(**names)


def late(queue: str, **names: float) -> Facts:
    return replace(FINE, queues={**FINE.queues, queue: Queue(3, ago(**names))})


def words(facts: Facts) -> list[tuple[str, str]]:
    return [(line.level, line.words) for line in status.troubles(facts)]


def test_all_is_well() -> None:
    assert status.lines(FINE) == [
        Line("fine", "The disk has room for 40 GB more; the site takes 12 MB."),
        Line("fine", "The last backup is 20 minutes old."),
        Line("fine", "12 open pages hear of changes."),
    ]
    assert status.troubles(FINE) == []


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (late("letters", minutes=1.9), []),
        (late("letters", minutes=4), [("warn", "Mail is late by 4 minutes.")]),
        (
            replace(late("letters", minutes=4), mail=Mail("away", 0)),
            [("warn", "Mail is late by 4 minutes: the mail server does not answer.")],
        ),
        (
            replace(late("letters", hours=2), mail=Mail("password", 0)),
            [("bad", "Mail is late by 2 hours: the mail server does not take our user name and password.")],
        ),
        (late("pushes", minutes=6), [("warn", "Notifications are late by 6 minutes.")]),
        (late("news", minutes=20), [("bad", "News of moved sessions are late by 20 minutes.")]),
        (late("imports", minutes=5), [("warn", "An import has waited for 5 minutes.")]),
        (late("searches", minutes=40), [("bad", "A search for a better schedule has waited for 40 minutes.")]),
        (late("calendars", hours=3), [("warn", "Speakers’ calendars are read 3 hours late.")]),
        (replace(FINE, workers=[]), [("bad", "Letters do not go out: no jobs worker is there.")]),
        (
            replace(FINE, workers=[Seen(ago(minutes=3)), Seen(ago(hours=3))]),
            [("bad", "Letters do not go out: the jobs worker was last seen 3 minutes ago.")],
        ),
        (
            replace(FINE, workers=[Seen(ago(minutes=3), ago(minutes=3))]),
            [("bad", "Letters do not go out: the jobs worker was stopped 3 minutes ago.")],
        ),
        (replace(FINE, workers=[Seen(ago(hours=3)), Seen(ago(seconds=10))]), []),
        (replace(FINE, workers=[Seen(NOW + timedelta(hours=1))]), []),  # the clock was set back
        (replace(FINE, answers=(20, 4)), []),
        (
            replace(FINE, answers=(100, 8)),
            [("warn", "The site is busy: 8 of 100 answers of the last minutes took longer than a second.")],
        ),
        (
            replace(FINE, answers=(20, 10)),
            [("bad", "The site is busy: 10 of 20 answers of the last minutes took longer than a second.")],
        ),
        (replace(FINE, disk_free=900_000_000), [("warn", "The disk has little room: 900 MB left.")]),
        (replace(FINE, disk_free=150_000_000), [("bad", "The disk is nearly full: 150 MB left.")]),
        (replace(FINE, disk_free=300_000_000, disk_size=2 * GB), []),  # a small one
        (replace(FINE, disk_free=None), []),
        (replace(FINE, backups=Backups(late=True, newest=ago(hours=5))), [("warn", "The last backup is 5 hours old.")]),
        (replace(FINE, backups=Backups(late=True, newest=ago(days=3))), [("bad", "The last backup is 3 days old.")]),
        (replace(FINE, backups=Backups(late=True, newest=None)), [("bad", "No backup has been made yet.")]),
        (replace(FINE, backups=Backups(newest=None)), []),  # it has only just been started
        (replace(FINE, backups=Backups(problem="x")), [("warn", "The last backup is 20 minutes old.")]),
        (replace(FINE, backups=None), []),
    ],
)
def test_what_is_told(facts: Facts, told: list[tuple[str, str]]) -> None:
    assert words(facts) == told


def test_whatever_should_be_looked_at_says_what_to_do() -> None:
    worst = replace(
        FINE,
        queues=dict.fromkeys(QUEUES, Queue(3, ago(days=3))),
        mail=Mail("outbox", 2),
        workers=[],
        answers=(100, 90),
        disk_free=1,
        backups=Backups(late=True, newest=None),
    )
    told = status.lines(worst)
    assert [line.level for line in told] == ["bad"] * 10 + ["hint", "fine"]
    assert [line.words for line in told if line.level != "fine" and not line.help] == []


ages = st.none() | st.timedeltas(timedelta(hours=-2), timedelta(days=40)).map(lambda age: NOW - age)
some_facts = st.builds(
    Facts,
    now=st.just(NOW),
    queues=st.fixed_dictionaries({name: st.builds(Queue, st.integers(0, 9), ages) for name in QUEUES}),
    mail=st.builds(Mail, st.sampled_from([None, "away", "password", "outbox", "sender", "other"]), st.integers(0, 3)),
    workers=st.lists(st.builds(Seen, ages.filter(bool), ages), max_size=3),
    streams=st.integers(0, 9999),
    answers=st.integers(0, 999).flatmap(lambda every: st.tuples(st.just(every), st.integers(0, every))),
    disk_free=st.none() | st.integers(0, 10**13),
    disk_size=st.none() | st.integers(0, 10**13),
    database_size=st.none() | st.integers(0, 10**13),
    backups=st.none() | st.builds(Backups, ages, st.sampled_from([None, "x"]), st.booleans()),
    running_since=st.just(NOW - timedelta(hours=1)),
)


some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first example is, on a busy machine


@some
@given(some_facts)
def test_the_worst_comes_first(facts: Facts) -> None:
    levels = [LEVELS.index(line.level) for line in status.lines(facts)]
    assert levels == sorted(levels)
    assert status.troubles(facts) == [line for line in status.lines(facts) if line.level in ("bad", "warn")]


@some
@given(some_facts, st.sampled_from(QUEUES), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_waiting_longer_is_never_better(facts: Facts, queue: str, longer: timedelta) -> None:
    since = facts.queues[queue].since
    if since is None:
        return
    later = replace(facts, queues={**facts.queues, queue: Queue(1, since - longer)})
    assert badness(later) >= badness(facts)


def badness(facts: Facts) -> int:
    return sum(2 if line.level == "bad" else 1 for line in status.troubles(facts))


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ("cannot reach the mail server (ConnectionRefusedError)", "away"),
        ("the mail server does not take our user name and password", "password"),
        ("cannot write into the outbox folder: No space left on device", "outbox"),
        ("550 no such user bo@example.org", "other"),
    ],
)
def test_why_mail_is_late(error: str, trouble: str) -> None:
    assert queries.mail_trouble(error) == trouble


def test_a_bad_sender_is_told_as_such() -> None:
    with pytest.raises(NoServer) as told:
        _sender("nobody")
    assert queries.mail_trouble(str(told.value)) == "sender"
