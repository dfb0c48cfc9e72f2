"""The registration desk, for tests: each call is one transaction, as one request is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Barrier, Thread
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.mail.models import Letter
from barcamp.people.models import Person
from barcamp.registration import queries, service
from barcamp.registration.models import Registration
from barcamp.registration.service import Wishes
from tests import make

NO_WISHES = Wishes()


def register(store: Store, camp: Conference, person: Person, wishes: Wishes = NO_WISHES, now: Any = make.NOW) -> str:
    """Register and tell the state: "coming" or "waiting"."""
    with store.writing() as db:
        return service.register(db, db.get_one(Conference, camp.id), person, wishes, now=now).state


def change(store: Store, camp: Conference, person: Person, wishes: Wishes, now: Any = make.NOW) -> None:
    with store.writing() as db:
        service.change(db, db.get_one(Conference, camp.id), person, wishes, now=now)


def cancel(store: Store, camp: Conference, person: Person, now: Any = make.NOW) -> None:
    with store.writing() as db:
        conference = db.get_one(Conference, camp.id)
        registration = queries.find_registration(db, conference, person.id)
        assert registration is not None
        service.cancel(db, conference, registration, person, now=now)


def promote(store: Store, camp: Conference, now: Any = make.NOW) -> list[int]:
    """Promote, and tell who moved up, in order."""
    with store.writing() as db:
        return [one.person_id for one in service.promote(db, db.get_one(Conference, camp.id), now=now)]


def forget(store: Store, person: Person, now: Any = make.NOW) -> None:
    with store.writing() as db:
        service.forget(db, db.get_one(Person, person.id), now=now)


def crowd(db: Session, number: int) -> list[Person]:
    return [make.person(db, f"Guest {index}") for index in range(number)]


def names(db: Session, camp: Conference, state: str) -> list[str]:
    """Who is in a state, in the order of the line."""
    return list(
        db.scalars(
            select(Person.name)
            .join(Registration, Registration.person_id == Person.id)
            .where(Registration.conference_id == camp.id, Registration.state == state)
            .order_by(Registration.queued_revision)
        )
    )


def letters(db: Session) -> list[tuple[str, str]]:
    """The kind and the reader of each letter, in the order written."""
    return [(letter.kind, letter.to_address) for letter in db.scalars(select(Letter).order_by(Letter.id))]


def log(db: Session, camp: Conference) -> list[tuple[str, str, Any, Any]]:
    """The conference's log: kind, subject, before, after."""
    changes = db.scalars(select(Change).where(Change.conference_id == camp.id).order_by(Change.revision))
    return [(one.kind, one.subject, one.before, one.after) for one in changes]


def at_once(calls: Sequence[Callable[[], object]]) -> list[Any]:
    """Make these calls at the same moment, each in a thread; give their answers or exceptions, in their order."""
    barrier = Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(index: int) -> None:
        barrier.wait()
        try:
            answers[index] = calls[index]()
        except Exception as problem:  # a test compares it
            answers[index] = problem

    threads = [Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


# ---- pages -----------------------------------------------------------------------------------------------------------


def page(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def words(answer: TestResponse, selector: str = "main") -> list[str]:
    """The words of each part of the page that the selector finds."""
    return [" ".join(found.text.split()) for found in page(answer).select(selector)]


def errors(answer: TestResponse) -> dict[str, list[str]]:
    """The messages on a form's fields, by the field's name, and "" for those above it."""
    soup = page(answer)
    found = {
        str(field["id"]).removesuffix("-error"): [" ".join(line.text.split()) for line in field.select("li")]
        for field in soup.select("ul.errors")
    }
    above = [" ".join(line.text.split()) for line in soup.select(".error-summary li") if not line.select("a")]
    return found | ({"": above} if above else {})


def chosen(answer: TestResponse) -> dict[str, list[str]]:
    """What the registration form holds: its ticked and typed values, empty ones left out."""
    found: dict[str, list[str]] = {}
    for item in _inputs(page(answer)):
        is_choice = item.get("type") in ("radio", "checkbox")
        if (item.has_attr("checked") if is_choice else item.get("value")) and item.get("value"):
            found.setdefault(str(item["name"]), []).append(str(item["value"]))
    found.pop("csrf_token", None)
    return found


def offered(answer: TestResponse) -> list[str]:
    """The names of the registration form's fields, in their order."""
    return [name for name in dict.fromkeys(str(item["name"]) for item in _inputs(page(answer))) if name != "csrf_token"]


def _inputs(soup: BeautifulSoup) -> Iterable[Any]:
    return soup.select("main form.form input[name]")
