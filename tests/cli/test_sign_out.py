"""`sign-out`: whoever runs the machine ends sign-ins, of one or of all."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.people.models import Device
from tests.cli.conftest import Run
from tests.conftest import Client
from tests.people import Cast
from tests.test_people.test_sign_in import fresh


def devices(db: Session) -> int:
    return db.scalars(select(func.count(Device.id))).one()


def test_one_person_is_signed_out_in_every_browser_and_others_are_not(
    db: Session, run: Run, client: Client, app: Flask, people: Cast
) -> None:
    phone, other = fresh(app).be(people.bo), fresh(app).be(people.cy)
    client.be(people.bo)
    said = run("sign-out", "Bo.Finch@example.org", "nobody@example.org")
    assert (said.status, said.lines) == (0, ["2 browsers are signed out."])
    assert [one.get("/account").status_code for one in (client, phone, other)] == [303, 303, 200]


def test_everybody(db: Session, run: Run, client: Client, app: Flask, people: Cast) -> None:
    client.be(people.bo)
    fresh(app).be(people.cy)
    assert run("sign-out", "--everybody").lines == ["2 browsers are signed out."]
    assert devices(db) == 0


def test_nobody_is_signed_out_by_a_slip(db: Session, run: Run, client: Client, people: Cast) -> None:
    client.be(people.bo)
    neither, both, bad = run("sign-out"), run("sign-out", "a@example.org", "--everybody"), run("sign-out", "bo")
    assert [said.status for said in (neither, both, bad)] == [2, 2, 2]
    assert devices(db) == 1
