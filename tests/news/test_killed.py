"""Fifty sessions move before three hundred people, and the worker dies again and again: each hears once of theirs.

The real worker, a real mail server, SIGKILL in the midst of telling and of sending.
"""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from barcamp import jobs
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.mail.models import Letter
from barcamp.news.models import Bulletin, News
from barcamp.settings import Settings
from tests.news.crowd import gather
from tests.people import Cast
from tests.servers import smtp
from tests.test_mail.test_worker import WORK, until, worker

# what makes a worker end at exactly this point
DIES = "import os, signal\ndef die():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
BEFORE_THE_COMMIT = """
from barcamp.news import telling
hand_out = telling.hand_out
def told_and_dead(*given, **more):
    hand_out(*given, **more)
    die()
telling.hand_out = told_and_dead
"""
AFTER_THE_COMMIT = """
from barcamp.news import telling
tell_due = telling.tell_due
def committed_and_dead(store, now):
    if tell_due(store, now=now):
        die()
telling.tell_due = committed_and_dead
"""
BEFORE_THE_MARK = """
from barcamp.mail import service
mark_sent, sent = service.mark_sent, []
def sent_and_dead(db, letter, now):
    sent.append(letter)
    if len(sent) == 30:
        die()
    mark_sent(db, letter, now=now)
service.mark_sent = sent_and_dead
"""


def killed(settings: Settings, where: str, post_office: smtp.Smtp) -> None:
    """A worker works until it comes to this point."""
    code = DIES + where + WORK
    with worker(settings, code, BARCAMP_SMTP_URL=post_office.url) as process:
        assert process.wait(timeout=60) == -9


def later(db: Session) -> None:
    """So long after that the dead worker's leases have run out."""
    db.execute(update(Letter).where(Letter.sent_at.is_(None)).values(due_at=Letter.written_at))


def told_in(letter: EmailMessage) -> set[str]:
    """The sessions in the file that came with a letter."""
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("changes.ics", "text/calendar")
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    return {str(event["UID"]) for event in Calendar.from_ical(content).walk("VEVENT")}


@pytest.mark.slow
def test_each_hears_once_of_all_of_theirs_and_nobody_else(
    app: Flask, settings: Settings, store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    jobs.prepare(settings)
    crowd = gather(store, db, camp, people.ada)
    expected = crowd.concerns()
    crowd.move()
    crowd.is_quiet()
    with smtp.start() as post_office:
        killed(settings, BEFORE_THE_COMMIT, post_office)
        assert db.scalar(select(func.count()).select_from(Letter)) == 0  # told nobody, so nobody is told twice
        killed(settings, AFTER_THE_COMMIT, post_office)
        assert db.scalar(select(func.count()).select_from(Letter)) == len(expected)
        killed(settings, BEFORE_THE_MARK, post_office)
        later(db)
        with worker(settings, BARCAMP_SMTP_URL=post_office.url):
            waits = select(func.count()).select_from(Letter).where(Letter.sent_at.is_(None))
            assert until(lambda: db.scalar(waits) == 0, 60)
        letters = post_office.letters

    by_id = {letter["Message-ID"]: letter for letter in letters}
    # the one that the mail server had, and the dead worker had not marked: the same letter again
    assert len(letters) == len(by_id) + 1
    assert len(by_id) == len(expected)
    assert {str(letter["To"]): told_in(letter) for letter in by_id.values()} == expected
    assert db.scalars(select(Bulletin.readers)).all() == [len(expected)]
    assert db.scalar(select(func.count()).select_from(News)) == len(expected)
