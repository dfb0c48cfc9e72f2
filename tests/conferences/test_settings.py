"""/<slug>/organize/settings: details and phases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.registration.models import Registration
from barcamp.schedule.models import Publication
from tests import make
from tests.conferences.typed import SETTINGS
from tests.conftest import Client
from tests.people import Cast
from tests.venue import read

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

EDIT = "/camp/organize/settings"


def as_shown(page: str) -> dict[str, str]:
    """The form as a browser would send it, untouched."""
    form = BeautifulSoup(page, "html.parser").select_one("form.form")
    assert form is not None
    typed: dict[str, str] = {}
    for field in form.select("input[name], textarea[name]"):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        typed[str(field["name"])] = str(
            field.get("value", "") if field.name == "input" else field.get_text().lstrip("\n")
        )
    for select_ in form.select("select[name]"):
        chosen = select_.select_one("option[selected]")
        assert chosen is not None
        typed[str(select_["name"])] = str(chosen["value"])
    return typed


def test_everything_is_saved_and_only_changes_are_logged(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    answer = client.be(people.ada).submit(EDIT, SETTINGS)
    assert (answer.status_code, answer.location) == (303, EDIT)
    assert (camp.slug, camp.name, camp.zone, camp.about) == ("camp", "Heron Camp", "Europe/Berlin", "Bring a **boat**.")
    assert camp.wall_opens_at == datetime(2027, 6, 5, 8, 0, tzinfo=UTC)
    assert camp.wall_closes_at == datetime(2027, 6, 5, 8, 45, tzinfo=UTC)
    line = read.last_line(db)
    assert (line.kind, line.subject) == ("conference-changed", f"conference:{camp.id}")
    assert (line.before or {})["name"] == "Otter BarCamp"
    assert "stars_shown" not in (line.after or {})


def test_a_form_sent_back_as_shown_changes_nothing(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(
        db, people.ada, wall_opens_at=make.at("10:00"), stars_close_at=make.at("23:59"), latitude=44.567,
        longitude=-123.279, capacity=10, about="Two\n\nlines", stars_shown="after_wall", listed=False,
    )  # fmt: skip
    client.be(people.ada)
    assert client.submit(EDIT, as_shown(client.get(EDIT).text)).status_code == 303
    assert read.log(db) == []
    assert (camp.latitude, camp.listed) == (44.567, False)


def test_another_zone_keeps_what_the_clocks_say(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(db, people.ada, wall_opens_at=make.at("10:00"))
    make.slot(db, camp, "11:00", 50)
    client.be(people.ada)
    client.submit(EDIT, {**as_shown(client.get(EDIT).text), "zone": "Asia/Kathmandu"})
    assert camp.wall_opens_at == datetime(2026, 11, 21, 4, 15, tzinfo=UTC)
    assert read.slots(db, "Asia/Kathmandu") == [("11:00 – 11:50", "talks", "")]
    assert [kind for kind, _subject in read.log(db)] == ["slots-rezoned", "conference-changed"]


def test_after_another_zone_the_organizer_is_told_to_publish_again(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    words = "The published schedule keeps its old times until you publish again."
    client.be(people.ada)
    client.submit(EDIT, {**as_shown(client.get(EDIT).text), "zone": "America/Denver"})
    assert words not in client.get(EDIT).text
    db.add(Publication(conference_id=camp.id, number=1, revision=1, changed_at=make.NOW))
    db.flush()
    client.submit(EDIT, {**as_shown(client.get(EDIT).text), "zone": "America/Chicago"})
    assert words in client.get(EDIT).text


def test_a_zone_whose_clocks_skip_a_slot_is_refused_whole(client: Client, people: Cast, db: Session) -> None:
    night = datetime(2026, 3, 29, tzinfo=UTC).date()
    camp = make.conference(db, people.ada, starts_on=night, ends_on=night)
    make.slot(db, camp, "02:30", 20, day=night)
    client.be(people.ada)
    typed = {**as_shown(client.get(EDIT).text), "zone": "Europe/Berlin", "name": "Renamed"}
    answer = client.submit(EDIT, typed)
    assert (answer.status_code, camp.zone, camp.name) == (422, "America/Los_Angeles", "Otter BarCamp")
    assert read.messages(answer) == [
        "02:30 on 2026-03-29 does not exist in Europe/Berlin: the clocks go forward over it that day."
    ]
    assert read.value(answer, "name") == "Renamed"


def test_bad_input_saves_nothing_and_keeps_what_was_typed(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    client.be(people.ada)
    cases = [
        ({"name": " "}, "Please fill this in."),
        ({"wall_closes_at": "2027-06-05T10:00"}, "This must be later than the opening."),
        ({"wall_opens_at": "2027-03-28T02:30"},
         "02:30 on 2027-03-28 does not exist in Europe/Berlin: the clocks go forward over it that day."),
        ({"wall_opens_at": "tomorrow"}, "Not a valid datetime value."),
        ({"sizes": ",".join(f"size {number}" for number in range(13))},
         "Please give at most 12 sizes of at most 20 characters, with commas between."),
        ({"about": "x" * 10_001}, "Please keep this to 10000 characters."),
        ({"stars_shown": "sometimes"}, "Not a valid choice."),
        ({"zone": ""}, "Please fill this in."),
    ]  # fmt: skip
    for typed, message in cases:
        answer = client.submit(EDIT, {**SETTINGS, **typed})
        assert (answer.status_code, message in read.messages(answer)[0]) == (422, True), (typed, read.messages(answer))
        assert read.value(answer, "tagline") == "Two days on the water"
    assert (camp.name, read.log(db)) == ("Otter BarCamp", [])


def test_a_stale_save_changes_nothing(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada)
    typed = as_shown(client.get(EDIT).text)
    assert client.submit(EDIT, {**typed, "name": "First"}).status_code == 303
    stale = client.submit(EDIT, {**typed, "name": "Second"})
    assert (stale.status_code, camp.name, read.value(stale, "name")) == (409, "First", "Second")
    assert "Somebody else changed this while you were writing" in stale.text
    assert client.submit(EDIT, {**typed, "name": "Second", "seen": read.value(stale, "seen")}).status_code == 303
    assert camp.name == "Second"


def test_other_days_leave_the_slots_and_say_so(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    make.slot(db, camp, "11:00", 50)
    client.be(people.ada)
    assert "lie outside" not in client.get(EDIT).text
    typed = {**as_shown(client.get(EDIT).text), "starts_on": "2026-12-05", "ends_on": "2026-12-05"}
    client.submit(EDIT, typed)
    page = client.get(EDIT)
    assert ("Some slots lie outside these days" in page.text, "Saturday, November 21, 2026" in page.text) == (
        True,
        True,
    )
    assert read.slots(db) == [("11:00 – 11:50", "talks", "")]


def test_more_places_bring_people_in_from_the_line(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(db, people.ada, capacity=1)
    make.registration(db, camp, people.bo)
    make.registration(db, camp, people.cy, state="waiting")
    client.be(people.ada)
    client.submit(EDIT, {**as_shown(client.get(EDIT).text), "capacity": "2"})
    states = db.scalars(select(Registration.state).order_by(Registration.id))
    assert list(states) == ["coming", "coming"]


def test_only_organizers_change_settings(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    make.role(db, camp, people.bo, "helper")
    assert [client.be(one).submit(EDIT, SETTINGS).status_code for one in (None, people.bo, people.dee)] == [
        401,
        403,
        403,
    ]
    assert client.be(people.ada).post(EDIT, data=SETTINGS).status_code == 400
    assert camp.name == "Otter BarCamp"


def test_who_may_post_is_set_and_logged(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada)
    assert (camp.walk_ins, camp.hold_first_notes) == (True, False)
    shown = as_shown(client.get(EDIT).text)
    assert (shown.get("walk_ins"), shown.get("hold_first_notes")) == ("y", None)
    del shown["walk_ins"]
    client.submit(EDIT, {**shown, "hold_first_notes": "y"})
    assert (camp.walk_ins, camp.hold_first_notes) == (False, True)
    line = read.last_line(db)
    assert (line.before, line.after) == (
        {"walk_ins": True, "hold_first_notes": False}, {"walk_ins": False, "hold_first_notes": True},
    )  # fmt: skip
