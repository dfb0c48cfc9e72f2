"""`sign-in-link`: a way in without mail."""

from __future__ import annotations

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from barcamp.cli.people import name_of
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import find_role
from barcamp.db import Store
from barcamp.log import queries as log
from barcamp.people.models import Person, SignInCode
from tests.cli.conftest import Run
from tests.conftest import Client
from tests.people import Cast

BASE = "http://127.0.0.1:8000/sign-in/link/"


def test_one_link_a_line_and_each_signs_its_person_in_once(
    db: Session, run: Run, client: Client, camp: Conference, people: Cast
) -> None:
    said = run("sign-in-link", "bo.finch@example.org", "new.comer@example.com", "Bo.Finch@Example.org")

    assert said.status == 0
    assert [line.startswith(BASE) for line in said.lines] == [True, True, True]
    assert len(set(said.lines)) == 3
    made = db.scalars(select(Person).where(Person.email == "new.comer@example.com")).one()
    assert made.name == "New Comer"
    assert db.scalar(select(func.count()).select_from(Person)) == 5

    path = said.lines[1].removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 303
    assert "new.comer@example.com" in client.get("/account").text
    client.be(None)
    assert client.post(path).status_code == 410


def test_an_organizer_gets_the_role_and_lands_on_their_page(
    db: Session, run: Run, client: Client, camp: Conference, people: Cast
) -> None:
    said = run("sign-in-link", "bo.finch@example.org", "ada.oak@example.org", "--organizer", "camp")

    assert said.status == 0
    assert [find_role(db, camp.id, person.id) for person in (people.ada, people.bo)] == ["organizer", "organizer"]
    assert [change.kind for change in log.changes_since(db, camp.id, 0)] == ["role-given"]
    answer = client.post(said.lines[0].removeprefix("http://127.0.0.1:8000"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/camp/organize/")


def test_a_wrong_word_makes_nobody(db: Session, run: Run, camp: Conference) -> None:
    bad, lost = (
        run("sign-in-link", "fine@example.com", "not an address"),
        run("sign-in-link", "fine@example.com", "--organizer", "nowhere"),
    )

    assert (bad.status, bad.lines[-1]) == (2, "Error: Invalid value: 'not an address' is no e-mail address.")
    assert (lost.status, lost.lines) == (1, ["Error: There is no conference at /nowhere/."])
    assert db.scalar(select(func.count()).select_from(Person).where(Person.email == "fine@example.com")) == 0
    assert db.scalar(select(func.count()).select_from(SignInCode)) == 0


def test_a_thousand_are_not_looked_up_one_by_one(run: Run, store: Store) -> None:
    statements: list[str] = []
    event.listen(store.writer, "before_cursor_execute", lambda *given: statements.append(given[2]))

    said = run("sign-in-link", *(f"p{number}@example.com" for number in range(1000)))

    assert (said.status, len(set(said.lines))) == (0, 1000)
    assert sum(not statement.startswith("INSERT") for statement in statements) < 10


def test_a_name_is_made_of_the_address() -> None:
    assert [name_of(email) for email in ("bo.finch@x.org", "BO_FINCH+camp@x.org", "b@x.org", "..@x.org")] == [
        "Bo Finch",
        "Bo Finch",
        "B",
        "Newcomer",
    ]
