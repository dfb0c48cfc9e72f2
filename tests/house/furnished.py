"""A house with something in every room: one of everything a page can show, and what stands in every address.

What people typed is in Greek letters, so that a test can tell it from the words of the interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, FormerSlug, Sponsor
from barcamp.db import Store
from barcamp.feeds import service as feeds
from barcamp.front.models import Mark
from barcamp.imports.models import Import
from barcamp.mail import letters, unsubscribe
from barcamp.mail.links import Links
from barcamp.news.models import Bulletin, News, NewsChoice, PushMessage, PushSubscription
from barcamp.people import codes
from barcamp.people.models import Device, Person
from barcamp.registration.models import Registration, RegistrationMeal
from barcamp.schedule.models import Arrangement, HeadCount, Untold, Waiver
from barcamp.speakers import talks
from barcamp.speakers.models import FormerName, Picture, Speaker, Talk, TalkSource, Visit
from barcamp.venue.models import Closure, Room, Slot
from barcamp.wall.models import CoHost, Invitation, Look, MergeOffer, Note, Pitch, PitchRound, Report
from barcamp.watch.models import Worker
from barcamp.web.models import Bucket
from tests import make, stage

SLUG = "camp"
FOUND_IN_A_CALENDAR = {
    "name": "Ομιλίες", "status": "read", "changed": 1, "gone": 1, "ours": 1, "more_proposed": 1, "more_problems": 1,
    "problems": [["Events that are too far away in time: {n}.", {"n": 1}]],
    "proposed": [{
        "uid": "2", "sequence": 0, "modified": None, "starts": "2026-11-28", "ends": "2026-11-30", "whole_days": True,
        "zone": "UTC", "title": "Πάπιες", "place": "Πόλη", "url": "", "cancelled": True,
    }],
}  # fmt: skip


@dataclass(frozen=True)
class House:
    """The cast of the house, and the rows that its addresses can name."""

    camp: Conference
    organizer: Person
    helper: Person
    attendee: Person
    stranger: Person
    walk_in: Person
    notes: list[Note]
    names: dict[str, Any]  # what fills <slug:slug>, <id:note_id> and so on; tokens by endpoint

    def viewer(self, who: str) -> Person | None:
        """A person by part; nobody for "guest"."""
        return {
            "organizer": self.organizer,
            "helper": self.helper,
            "attendee": self.attendee,
            "stranger": self.stranger,
            "walk-in": self.walk_in,
            "guest": None,
        }[who]


def furnish(app: Flask, db: Session, slug: str = SLUG) -> House:
    """One of everything, arranged and published. `slug` tells two houses on one site apart."""
    store: Store = app.extensions["store"]
    organizer, helper, attendee, stranger = (
        make.person(db, name, email=f"{slug}-{part}@example.org")
        for name, part in (("Άννα", "a"), ("Ελένη", "b"), ("Γιώργος", "c"), ("Δανάη", "d"))
    )
    camp = make.conference(
        db, organizer, slug, name="Κάστορας", tagline="Μια μέρα", about="Όλοι **εδώ**.", venue="Αίθουσα",
        address="Ποτάμι 1", capacity=2, latitude=44.5, longitude=-123.2,
    )  # fmt: skip
    make.role(db, camp, helper, "helper")
    sponsor = Sponsor(conference_id=camp.id, name="Χορηγός", gives="πρωινό", url="https://sponsor.example/")
    db.add(sponsor)
    rooms = [
        make.room(db, camp, name, seats, equipment=["projector"], where="ισόγειο", position=position)
        for position, (name, seats) in enumerate((("Άλφα", 60), ("Βήτα", 20)))
    ]
    closure = Closure(room_id=rooms[1].id, starts_at=make.at("15:00"), ends_at=make.at("16:00"))
    db.add(closure)
    slots = [make.slot(db, camp, clock) for clock in ("11:00", "13:00", "15:00")]
    lunch = make.slot(db, camp, "12:00", 60, kind="meal", name="Γεύμα", sponsor="Χορηγός")
    notes = _notes(db, camp, attendee, helper, rooms, slots)
    registrations = _registrations(db, camp, attendee, helper, stranger, lunch)
    _schedule(store, camp, organizer, notes, slots, rooms)
    key = app.config["SECRET_KEY"]
    walk_in = make.walk_in(db, "Λίνα")
    make.star(db, notes[2], walk_in)
    link = feeds.make_link(db, camp, attendee, "Τηλέφωνο", secret_key=key, now=make.NOW)
    sign_in_token = codes.make_link(db, str(attendee.email), now=make.NOW)
    letters.sign_in_code(db, str(attendee.email), "", "123456", "t", links=Links("http://x.example"), now=make.NOW)
    device = Device(
        person_id=attendee.id, token_hash=slug.encode(), label="Τάμπλετ", created_at=make.NOW, seen_at=make.NOW
    )
    db.add(device)
    db.flush()
    talk = _talk(db, camp, notes, attendee, helper)
    board = _board(db, camp, organizer, attendee, slots, rooms)
    later = _after_publishing(db, camp, organizer, attendee, helper, notes)
    names = {
        "slug": slug, "note_id": notes[0].id, "into_id": notes[1].id, "room_id": rooms[1].id, "closure_id": closure.id,
        "room": rooms[1].key,
        "slot_id": slots[2].id, "meal_id": lunch.id, "sponsor_id": sponsor.id, "person_id": helper.id,
        "registration_id": registrations[0].id, "device_id": device.id, "link_id": link.id, **talk, **board, **later,
        "news.unsubscribe": unsubscribe.token_of(attendee.id, key),
        "news.stop_letters": unsubscribe.token_of(attendee.id, key), "people.link": sign_in_token,
        "feeds.agenda_ics": feeds.token_of(link.nonce, key),
    }  # fmt: skip
    return House(camp, organizer, helper, attendee, stranger, walk_in, notes, names)


def _notes(
    db: Session, camp: Conference, author: Person, helper: Person, rooms: list[Room], slots: list[Slot]
) -> list[Note]:
    first = make.note(
        db, camp, author, "Καγιάκ", description="Στο *ποτάμι*.", tags=("βάρκα",), copresenters=("Ζωή",),
        away=(slots[2],), needs=["projector"], step_free=True, wanted_room_id=rooms[0].id, wanted_slot_id=slots[0].id,
        stars=[make.person(db, "Θαυμαστής", email=f"{camp.slug}-fan@example.org")],
    )  # fmt: skip
    return [
        first,
        make.note(db, camp, helper, "Μπύρα", format="workshop"),
        make.note(db, camp, author, "Κότες", format="discussion"),
        make.note(db, camp, author, "Κρυφό", hidden_at=make.NOW, hidden_reason="διπλό"),
        make.note(db, camp, author, "Φευγάτο", withdrawn_at=make.NOW),
    ]


def _talk(db: Session, camp: Conference, notes: list[Note], attendee: Person, helper: Person) -> dict[str, Any]:
    """What people say and do about notes: a comment, a report, a look, a co-host, an invitation, a merge, a pitch."""
    first, second, third = notes[:3]
    merged = make.note(db, camp, helper, "Μαζί", merged_into_id=first.id, merged_at=make.NOW)
    comment = make.comment(db, second, attendee, "Πότε;")
    db.add_all([
        CoHost(note_id=first.id, person_id=helper.id, from_note_id=merged.id, joined_at=make.NOW),
        Look(note_id=second.id, person_id=attendee.id, kind="maybe", at=make.NOW),
        MergeOffer(note_id=third.id, into_id=second.id, offered_by_id=attendee.id, offered_at=make.NOW),
        Pitch(note_id=first.id, conference_id=camp.id, position=1),
        PitchRound(conference_id=camp.id, note_id=first.id, seconds=30, opened_at=make.NOW, turn_at=make.NOW),
    ])  # fmt: skip
    second.look_count = 1
    report = Report(note_id=second.id, reporter_id=attendee.id, reason="διαφήμιση", at=make.NOW)
    token = f"invitation-to-{camp.slug}"
    invitation = Invitation(
        note_id=first.id, made_by_id=attendee.id, token_hash=codes.link_hash(token),
        made_at=make.NOW, expires_at=make.NOW + timedelta(days=2),
    )  # fmt: skip
    db.add_all([report, invitation])
    db.flush()
    ids = {"comment_id": comment.id, "report_id": report.id, "invitation_id": invitation.id}
    return {**ids, "wall.join": token, "wall.accept": token}


def _board(
    db: Session, camp: Conference, organizer: Person, attendee: Person, slots: list[Slot], rooms: list[Room]
) -> dict[str, Any]:
    """What the board has beside places: an arrangement that is done, a waived warning, a block with one talk."""
    block = make.note(db, camp, None, "Αστραπές", format="lightning", talk_minutes=5)
    talk = make.note(db, camp, attendee, "Αστραπή", format="lightning", block_id=block.id)
    places = {str(block.id): {"slot": slots[2].id, "room": rooms[0].id, "pinned": False}}
    plan = {"allowed": None, "places": places, "figures": {"seated_pct": 90.0}, "moved_slot": 0, "moved_room": 0}
    arrangement = Arrangement(
        conference_id=camp.id, asked_by_id=organizer.id, asked_at=make.NOW, kind="fresh", state="done", seen=0, seed=1,
        moves=100, done=100, started_at=make.NOW, beat_at=make.NOW, ended_at=make.NOW, found={"plans": [plan]},
    )  # fmt: skip
    waiver = Waiver(
        conference_id=camp.id,
        warning=f"small:{talk.id}@tray",
        reason="χωράμε",
        waived_by_id=organizer.id,
        waived_at=make.NOW,
    )
    db.add_all([arrangement, waiver])
    db.flush()
    return {"arrangement_id": arrangement.id, "waiver_id": waiver.id, "block_id": block.id, "number": 1, "revision": 1}


def _registrations(
    db: Session, camp: Conference, attendee: Person, helper: Person, stranger: Person, lunch: Slot
) -> list[Registration]:
    """Somebody coming, somebody waiting, somebody who cancelled."""
    coming = make.registration(db, camp, attendee, visible=True, shirt_size="M", diets=["vegan"], diet_note="ξηροί")
    db.add(RegistrationMeal(registration_id=coming.id, slot_id=lunch.id))
    waiting = make.registration(db, camp, helper, state="waiting")
    cancelled = make.registration(db, camp, stranger, state="cancelled", cancelled_at=make.NOW)
    db.flush()
    return [coming, waiting, cancelled]


def _schedule(
    store: Store, camp: Conference, organizer: Person, notes: list[Note], slots: list[Slot], rooms: list[Room]
) -> None:
    """Published twice: a session stays, one moved, one is cancelled; and one move is still to be published."""
    stage.put(store, camp, organizer, notes[0], slots[0], rooms[0])
    stage.put(store, camp, organizer, notes[1], slots[1], rooms[1])
    stage.put(store, camp, organizer, notes[2], slots[2], rooms[0])
    stage.publish(store, camp, organizer)
    stage.put(store, camp, organizer, notes[1], slots[0], rooms[1])
    stage.take_off(store, camp, organizer, notes[2])
    stage.publish(store, camp, organizer)
    stage.put(store, camp, organizer, notes[1], slots[1], rooms[1])


def _after_publishing(
    db: Session, camp: Conference, organizer: Person, attendee: Person, helper: Person, notes: list[Note]
) -> dict[str, Any]:
    """What follows a published schedule: news, heads counted, a speaker's page with talks elsewhere, an import."""
    db.add_all([
        FormerSlug(slug=f"old-{camp.slug}", conference_id=camp.id, left_at=make.NOW),
        HeadCount(note_id=notes[0].id, heads=17, counted_by_id=attendee.id, counted_at=make.NOW),
        Speaker(person_id=attendee.id, slug=f"giorgos-{camp.slug}", public=True, bio="Γεια *σας*.", changed_at=make.NOW,
                links=[{"name": "Σελίδα", "url": "https://giorgos.example/"}]),
        FormerName(slug=f"old-giorgos-{camp.slug}", person_id=attendee.id, left_at=make.NOW),
        Picture(person_id=attendee.id, media_type="image/png", content=b"", etag="0", changed_at=make.NOW),
        NewsChoice(person_id=attendee.id, by_push=False, changed_at=make.NOW),
    ])  # fmt: skip
    if db.get(Untold, notes[1].id) is None:
        db.add(Untold(note_id=notes[1].id, conference_id=camp.id, was=None, since=make.NOW))
    announcement = Bulletin(
        conference_id=camp.id, kind="announcement", author_id=organizer.id, title="Ρεύμα", text="Γύρισε.",
        told_at=make.NOW, readers=1,
    )  # fmt: skip
    source = TalkSource(
        person_id=attendee.id, url=f"https://talks.example/{camp.slug}.ics", state="good", added_at=make.NOW,
        due_at=make.NOW + timedelta(days=3650), fetched_at=make.NOW, report=FOUND_IN_A_CALENDAR,
    )  # fmt: skip
    taken = Import(
        conference_id=camp.id,
        asked_by_id=organizer.id,
        kind="ics",
        name="άλλο",
        state="failed",
        asked_at=make.NOW,
        report={"why": ["There are no sessions in it that could be read.", {}]},
    )
    browser = PushSubscription(
        person_id=attendee.id, endpoint=f"https://push.example/{camp.slug}", p256dh="k", auth="a", label="Κινητό",
        created_at=make.NOW,
    )  # fmt: skip
    db.add_all([announcement, source, taken, browser])
    db.flush()
    elsewhere = Talk(
        uid=f"talk-{camp.slug}", person_id=attendee.id, title="Σύννεφα", conference="Γέφυρα", place="Πόλη",
        starts_on=make.DAY, ends_on=make.DAY, source_id=source.id, source_uid="1", created_at=make.NOW,
        stamped_at=make.NOW, fragment=b"",
    )  # fmt: skip
    db.add(elsewhere)
    db.flush()
    elsewhere.fragment = talks.make_fragment(elsewhere, talks.speaker_address(db, elsewhere.person_id))
    db.add_all([
        News(bulletin_id=announcement.id, person_id=attendee.id),
        Visit(speaker_id=attendee.id, visitor_id=helper.id, conference_id=camp.id, named=True, at=make.NOW),
        PushMessage(subscription_id=browser.id, title="Ρεύμα", text="Γύρισε.", path="/", written_at=make.NOW,
                    due_at=make.NOW, sent_at=make.NOW),
    ])  # fmt: skip
    db.merge(Mark(name="talk", number=1))
    db.merge(Worker(name="laptop:1", machine="laptop", began_at=make.NOW, seen_at=make.NOW))
    db.merge(Bucket(key=b"somebody", full_at=1))
    db.flush()
    return {
        "name": f"giorgos-{camp.slug}", "talk_id": elsewhere.id, "source_id": source.id, "import_id": taken.id,
        "bulletin_id": announcement.id, "subscription_id": browser.id, "tag": "βάρκα",
    }  # fmt: skip
