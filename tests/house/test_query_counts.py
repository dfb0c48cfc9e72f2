"""A list of thirty costs as many statements as a list of one: nothing is looked up row by row."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Sponsor
from barcamp.feeds import service as feeds
from barcamp.news.models import Bulletin, News, PushSubscription
from barcamp.people.models import Device
from barcamp.registration.models import RegistrationMeal
from barcamp.schedule.models import Cell, Placement
from barcamp.speakers.models import Speaker, Talk, Visit
from barcamp.venue.models import Closure, Slot
from barcamp.wall.models import Look, MergeOffer, Note, NoteAway, Pitch, Report
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.house.furnished import House

# (who looks, address): every page that lists something
LISTS = [
    ("attendee", "/"),
    ("attendee", "/account"),
    ("attendee", "/account/export"),
    ("attendee", "/camp/"),
    ("attendee", "/camp/wall"),
    ("attendee", "/camp/wall/cards?ids={ids}"),
    ("attendee", "/camp/wall/look"),
    ("attendee", "/camp/wall/pitched"),
    ("attendee", "/camp/notes/{note}"),
    ("attendee", "/camp/people"),
    ("attendee", "/camp/register"),
    ("attendee", "/camp/schedule"),
    ("attendee", "/camp/schedule.ics"),
    ("guest", "/camp/schedule.xml"),
    ("guest", "/camp/schedule.json"),
    ("guest", "/camp/schedule.jcal.json"),
    ("guest", "/camp/changes.atom"),
    ("guest", "/conferences.atom"),
    ("guest", "/camp/embed"),
    ("organizer", "/camp/schedule.csv"),
    ("attendee", "/camp/subscribe"),
    ("attendee", "/camp/me"),
    ("attendee", "/account/speaker"),
    ("attendee", "/account/speaker/talks"),
    ("attendee", "/account/speaker/talks.csv"),
    ("attendee", "/account/speaker/calendars"),
    ("attendee", "/speakers/giorgos-camp"),
    ("guest", "/speakers"),
    ("guest", "/speakers/giorgos-camp"),
    ("guest", "/speakers/giorgos-camp.json"),
    ("guest", "/speakers/giorgos-camp.atom"),
    ("guest", "/speakers/giorgos-camp/embed"),
    ("attendee", "/camp/news"),
    ("attendee", "/news"),
    ("attendee", "/news/choices"),
    ("organizer", "/"),
    ("organizer", "/camp/wall"),
    ("organizer", "/camp/board"),
    ("organizer", "/camp/board/history"),
    ("organizer", "/camp/organize/"),
    ("organizer", "/camp/organize/imports"),
    ("organizer", "/camp/organize/moderation"),
    ("organizer", "/camp/organize/news"),
    ("organizer", "/camp/organize/pitch"),
    ("organizer", "/camp/organize/screens"),
    ("organizer", "/camp/organize/publish"),
    ("organizer", "/camp/organize/registrations"),
    ("organizer", "/camp/organize/registrations.csv"),
    ("organizer", "/camp/organize/rooms"),
    ("organizer", "/camp/organize/slots"),
    ("organizer", "/camp/organize/sponsors"),
    ("organizer", "/camp/organize/status"),
    ("organizer", "/camp/organize/team"),
    ("guest", "/camp/wall"),
    ("guest", "/camp/screen?show=wall"),
    ("guest", "/camp/screen?show=now"),
    ("guest", "/camp/screen?show=pitch"),
    ("guest", "/camp/screen?room={room}"),
    ("guest", "/camp/schedule"),
]
MORE = 29
ROOM = "άλφα"  # one of the house


def test_thirty_cost_what_one_costs(app: Flask, db: Session, client: Client, house: House) -> None:
    talk_about(db, house, "Talker")
    tell(db, house, "Told")
    few = costs(app, client, house)
    for number in range(MORE):
        talk_about(db, house, f"Talker {number}")
    fill(app, db, house)
    many = costs(app, client, house)
    assert {page: (few[page], cost) for page, cost in many.items() if cost > few[page]} == {}


def costs(app: Flask, client: Client, house: House) -> dict[tuple[str, str], int]:
    found = {}
    for who, address in LISTS:
        page = address.format(note=house.notes[0].id, ids=",".join(str(note.id) for note in house.notes), room=ROOM)
        found[who, page] = cost(app, client.be(house.viewer(who)), page)
    return found


def cost(app: Flask, client: Client, page: str) -> int:
    """The statements of a second look at a page: the first may note that somebody was seen."""
    assert client.get(page).status_code == 200, page
    with counted(app) as count:
        client.get(page)
    return count.statements


def fill(app: Flask, db: Session, house: House) -> None:
    """Thirty of everything instead of one or two."""
    camp, meal, first_room = house.camp, house.names["meal_id"], house.names["room_id"]
    for number in range(MORE):
        person = make.person(db, f"Person {number}")
        make.role(db, camp, person, "helper")
        coming = make.registration(db, camp, person, visible=True, shirt_size="M", diets=["vegan"])
        room, slot = make.room(db, camp, f"Room {number}"), make.slot(db, camp, clock_of(number), 15)
        note = make.note(
            db, camp, house.attendee, f"Note {number}", tags=(f"tag-{number}",), copresenters=(f"Co {number}",),
            stars=[person], wanted_room_id=room.id, wanted_slot_id=slot.id,
        )  # fmt: skip
        liked = make.note(db, camp, person, f"Liked {number}", stars=[house.attendee])
        make.note(db, camp, house.attendee, f"Waiting {number}")
        db.add_all([
            RegistrationMeal(registration_id=coming.id, slot_id=meal),
            Closure(room_id=room.id, starts_at=make.at("07:00"), ends_at=make.at("08:00")),
            NoteAway(note_id=note.id, slot_id=meal),
            Sponsor(conference_id=camp.id, name=f"Sponsor {number}"),
            Device(
                person_id=house.attendee.id, token_hash=f"{number}".encode(), label="Test",
                created_at=make.NOW, seen_at=make.NOW,
            ),
        ])  # fmt: skip
        for taken, where in ((note, room.id), (liked, first_room)):
            place(db, camp, taken, slot, where)
        other = make.conference(db, house.organizer, f"other-{number}")
        make.registration(db, other, house.attendee)
    speak(db, house)
    for number in range(5):  # ten links are the most that one may have
        feeds.make_link(
            db, camp, house.attendee, f"Link {number}", secret_key=app.config["SECRET_KEY"], now=make.NOW
        )  # fmt: skip
    db.flush()
    stage.publish(app.extensions["store"], camp, house.organizer)
    for number in range(MORE):
        tell(db, house, f"Told {number}")


def talk_about(db: Session, house: House, name: str) -> None:
    """One more of what people say and do about notes: on one note, and with notes of their own."""
    camp, about, talker = house.camp, house.notes[0], make.person(db, name)
    comment = make.comment(db, about, talker)
    make.cohost(db, about, talker)
    make.note(db, camp, talker, f"Held {name}", held_at=make.NOW, copresenters=(f"Co {name}",))
    make.note(db, camp, talker, f"Hidden {name}", hidden_at=make.NOW)
    make.note(db, camp, None, f"Wish {name}", seeks_host=True, asked_by_id=talker.id)
    make.note(db, camp, talker, f"Part {name}", merged_into_id=about.id, merged_at=make.NOW)
    offered, queued = make.note(db, camp, talker, f"Offered {name}"), make.note(db, camp, talker, f"Queued {name}")
    for note, remark in ((about, comment.id), (queued, None)):
        db.add(Report(note_id=note.id, comment_id=remark, reporter_id=house.attendee.id, reason="other", at=make.NOW))
    db.add_all([
        MergeOffer(note_id=offered.id, into_id=about.id, offered_by_id=talker.id, offered_at=make.NOW),
        Pitch(note_id=queued.id, conference_id=camp.id, position=queued.id + 1),
        Look(note_id=queued.id, person_id=house.attendee.id, kind="maybe", at=make.NOW),
    ])  # fmt: skip
    db.flush()


def tell(db: Session, house: House, name: str) -> None:
    """News of a session's move and an announcement to a room, unread, and a browser that would hear."""
    place = {"state": "on", "starts_at": "2026-11-21T19:00:00Z", "ends_at": "2026-11-21T19:50:00Z", "room": name}
    note_id = house.notes[0].id
    changes = {str(note_id): {"was": None, "now": {**place, "title": name}}}
    told = Bulletin(
        conference_id=house.camp.id, kind="changes", changes=changes, told_at=make.NOW, readers=1,
    )  # fmt: skip
    said = Bulletin(
        conference_id=house.camp.id, kind="announcement", title=name, audience="room",
        audience_id=house.names["room_id"], told_at=make.NOW, readers=1,
    )  # fmt: skip
    db.add_all([told, said])
    db.flush()
    db.add_all([
        News(bulletin_id=told.id, person_id=house.attendee.id, note_ids=[note_id]),
        News(bulletin_id=said.id, person_id=house.attendee.id, note_ids=[]),
        PushSubscription(
            person_id=house.attendee.id, endpoint=f"https://push.example/{name}", p256dh="k", auth="a", label=name,
            created_at=make.NOW,
        ),
    ])  # fmt: skip
    db.flush()


def speak(db: Session, house: House) -> None:
    """Thirty talks elsewhere, each with a visitor, who has a page and talks of their own."""
    for number in range(MORE):
        other = make.person(db, f"Speaker {number}")
        db.add(Speaker(person_id=other.id, slug=f"speaker-{number}", public=True, links=[], changed_at=make.NOW))
        db.flush()
        talks = [
            Talk(
                uid=f"{person_id}-{number}", person_id=person_id, title=f"Talk {number}",
                conference=f"Conference {number}", starts_on=make.DAY, ends_on=make.DAY, created_at=make.NOW,
                stamped_at=make.NOW, fragment=b"",
            )
            for person_id in (house.attendee.id, other.id)
        ]  # fmt: skip
        db.add_all(talks)
        db.flush()
        db.add(Visit(speaker_id=other.id, visitor_id=house.attendee.id, talk_id=talks[1].id, at=make.NOW))


def clock_of(number: int) -> str:
    """Every quarter of an hour from 16:00 on, when the house's own slots are over."""
    return f"{16 + number // 4:02}:{number % 4 * 15:02}"


def place(db: Session, camp: Conference, note: Note, slot: Slot, room_id: int) -> None:
    db.add(Placement(note_id=note.id, conference_id=camp.id, slot_id=slot.id, room_id=room_id))
    db.flush()
    db.add(Cell(slot_id=slot.id, room_id=room_id, note_id=note.id))
