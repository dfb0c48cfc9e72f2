"""Whose it is: what each kind of visitor reads of others', over every address, and what each can change, by every form.

Both are found by trying: a new address or form is tried by itself, and whoever it lets further has to be named here.
"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from barcamp.feeds.models import FeedToken
from barcamp.people.models import Device, Person
from barcamp.registration.models import Registration
from barcamp.schedule.models import Waiver
from barcamp.speakers.models import Speaker, TalkSource
from barcamp.wall.models import Report
from tests import make
from tests.conftest import Client
from tests.house.bad_house import enter, house
from tests.house.fillings import Form, forms
from tests.house.furnished import House, furnish
from tests.house.rules import routes
from tests.house.visits import Visit
from tests.security.watched import watched

__all__ = ["house"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ROLES = ("guest", "walk-in", "stranger", "rival", "attendee", "helper", "organizer")


@pytest.fixture
def rival(app: Flask, db: Session) -> Person:
    """The organizer of another conference, with as much in it."""
    return furnish(app, db, "other").organizer


def be(client: Client, db: Session, house: House, rival: Person, role: str) -> None:
    if role == "rival":
        enter(client, db, house, "guest")
        client.be(rival)
    else:
        enter(client, db, house, role)


# ---- reading ---------------------------------------------------------------------------------------------------------


def plant(app: Flask, db: Session, house: House) -> dict[str, str]:
    """Words that stand nowhere else, in what is not for everybody; by what they are in."""
    camp, attendee, helper = house.camp, house.attendee, house.helper
    quiet = make.person(db, "zq-quiet", email="zq-mail@example.org")
    make.registration(db, camp, quiet, visible=False)
    coming = db.scalars(
        select(Registration).where(Registration.conference_id == camp.id, Registration.person_id == attendee.id)
    ).one()
    coming.diet_note = "zq-diet"
    hidden, withdrawn = house.notes[3:5]
    hidden.title, hidden.hidden_reason, withdrawn.title = "zq-hidden", "zq-why", "zq-withdrawn"
    make.note(db, camp, attendee, "zq-held", held_at=make.NOW)
    make.comment(db, house.notes[1], helper, "zq-comment", hidden_at=make.NOW)
    db.execute(update(Report).where(Report.reporter_id == attendee.id).values(reason="zq-report"))
    db.execute(update(Waiver).where(Waiver.conference_id == camp.id).values(reason="zq-waiver"))
    db.execute(update(FeedToken).where(FeedToken.person_id == attendee.id).values(label="zq-link"))
    db.execute(update(Device).where(Device.person_id == attendee.id).values(label="zq-device"))
    db.execute(
        update(TalkSource).where(TalkSource.person_id == attendee.id).values(url="https://talks.example/zq-calendar")
    )
    db.add(Speaker(person_id=helper.id, slug="zq-helper", public=False, bio="zq-bio", changed_at=make.NOW, links=[]))
    attendee.password_hash = "zq-hash"
    db.flush()
    return {
        "who comes and said not to be named": "zq-quiet", "the address of somebody who comes": "zq-mail",
        "what somebody eats": "zq-diet", "a hidden note": "zq-hidden", "why it is hidden": "zq-why",
        "a withdrawn note": "zq-withdrawn", "a note that waits for a yes": "zq-held", "a hidden comment": "zq-comment",
        "what was reported": "zq-report", "why a warning is set aside": "zq-waiver", "a calendar link": "zq-link",
        "a browser": "zq-device", "the calendar that talks come from": "zq-calendar",
        "a speaker's page that is not public": "zq-bio", "the attendee's address": "camp-c@example.org",
        "a password": "zq-hash", "where notifications go": "push.example",
    }  # fmt: skip


#: Who may read what of the attendee's, and of the camp's team.
OWN = {
    "what somebody eats", "a hidden note", "why it is hidden", "a withdrawn note", "a note that waits for a yes",
    "a calendar link", "a browser", "the calendar that talks come from", "the attendee's address", "what was reported",
}  # fmt: skip
#: Helpers check people in. The comment and the speaker's page are this helper's own.
HELPS = {"who comes and said not to be named", "a hidden comment", "a speaker's page that is not public"}
TEAM = {
    "who comes and said not to be named", "the address of somebody who comes", "what somebody eats", "a hidden note",
    "why it is hidden", "a note that waits for a yes", "what was reported", "the attendee's address",
}  # fmt: skip
READS: dict[str, set[str]] = {
    "guest": set(), "walk-in": set(), "stranger": set(), "rival": set(),
    "attendee": OWN, "helper": HELPS, "organizer": TEAM,
}  # fmt: skip


def test_who_reads_what(app: Flask, db: Session, client: Client, house: House, rival: Person) -> None:
    planted = plant(app, db, house)
    gets = [route for route in routes(app) if route.method == "GET"]
    names = house.names | {"note_id": house.notes[3].id}
    read: dict[str, set[str]] = {}
    for role in ROLES:
        be(client, db, house, rival, role)
        found = read.setdefault(role, set())
        for route in gets:
            for given in (house.names, names) if "note_id" in route.arguments else (house.names,):
                if "token" in route.arguments and role != "attendee":
                    continue  # whoever has the secret is its owner, for us
                text = client.get(route.address(app, given)).text
                found |= {told for told, word in planted.items() if word in text}
    assert {
        role: (found - READS[role], READS[role] - found) for role, found in read.items() if found != READS[role]
    } == {}


# ---- changing --------------------------------------------------------------------------------------------------------

OTHERS = {"walk-in", "stranger", "rival", "organizer"}
#: What else people may do than what a form on some page offers them at this moment, by endpoint, each with its reason.
ALSO: dict[str, tuple[set[str], str]] = {
    "wall.star": (
        OTHERS,
        "everybody may star a note that is not theirs",
    ),
    "agenda.swap": (OTHERS, "it swaps one's own stars"),
    "wall.offer_merge": ({"helper"}, "the helper's own note, into another than the page has room to name"),
    "news.stop_letters": (set(ROLES) - {"attendee"}, "the secret in the address is the proof (RFC 8058)"),
    "people.use_link": ({"walk-in"}, "the link is the proof, and what a walk-in has comes along"),
}


def test_a_form_that_was_not_for_you_changes_nothing(
    app: Flask, db: Session, client: Client, house: House, rival: Person, database_url: str
) -> None:
    """Each form, with what its owner would send, sent by everybody whom no page shows it."""
    shown = {role: shown_to(app, db, client, house, rival, role) for role in ROLES}
    all_of_them: dict[str, Form] = {form.address: form for role in ROLES[::-1] for form in shown[role]}
    changed: dict[str, set[str]] = {}
    with watched(db, database_url, "sign_in_code") as site:
        for role in ROLES:
            known = {form.address for form in shown[role]}
            for address, form in all_of_them.items():
                if address in known or form.endpoint == "people.sign_out":
                    continue
                be(client, db, house, rival, role)
                client.submit(address, form.filled("as it stands"))
                if site.changed():
                    changed.setdefault(form.endpoint, set()).add(role)
                    site.put_back()
    assert changed == {endpoint: who for endpoint, (who, _reason) in ALSO.items()}


def shown_to(app: Flask, db: Session, client: Client, house: House, rival: Person, role: str) -> list[Form]:
    """Every form on the pages of both conferences that somebody sees, one for each address."""
    be(client, db, house, rival, role)
    seen: dict[str, Form] = {}
    for route in routes(app):
        if route.method != "GET" or ("token" in route.arguments and role != "attendee"):
            continue
        for names in all_names(house, route.arguments):
            visit = Visit(role, route.address(app, names), route.endpoint, client.get(route.address(app, names)))
            if visit.is_page:
                for form in forms(app, [visit]):
                    seen.setdefault(form.address, form)
    return list(seen.values())


def all_names(house: House, arguments: frozenset[str]) -> list[dict[str, Any]]:
    """Where an address names a note, the attendee's, another's, one taken off the schedule, and one that is hidden."""
    if "note_id" not in arguments:
        return [house.names]
    return [house.names | {"note_id": note.id} for note in house.notes[:4]]
