"""A site at the edges, and what every reader must understand of it, worked out here and not by the site.

Three conferences in London, Los Angeles and on Lord Howe Island (whose clocks move by half an hour), each with sessions
around both changes of the clocks: in either half of the doubled hour, across it, and across the gap. Hostile titles;
sessions that moved, are cancelled or hidden; tags of odd letters; and Uma Lind, who speaks at all three and elsewhere.

    edges = build(store, secret_key="…")         # an empty, migrated database
    edges.feeds()                                # {"/london/schedule.ics": frozenset of Told, …}

For several tests it is built once, and copied as every test's database is: see `template`.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.feeds import service as links
from barcamp.people.models import Person
from barcamp.schedule.publishing import follow
from barcamp.speakers import talks
from barcamp.speakers.models import Speaker
from barcamp.speakers.talks import TalkContent
from barcamp.venue.models import Room, Slot
from barcamp.wall import service as wall
from barcamp.wall.models import Note
from tests import make, stage
from tests.core.readers import Told

#: Both changes of the clocks in all three zones are between these days.
FIRST, LAST = date(2027, 9, 25), date(2028, 4, 8)
ZONES = {"london": "Europe/London", "los-angeles": "America/Los_Angeles", "lord-howe": "Australia/Lord_Howe"}
NAMES = {
    "london": "Fog Camp; London, \\n or “north”",
    "los-angeles": "Smog Camp <b>& more</b>\r\nX-EVIL:1",
    "lord-howe": "מחנה Howe 🏝️ Camp",
}
NAMES_READ = NAMES | {"los-angeles": "Smog Camp <b>& more</b> X-EVIL:1"}
VENUE = "Hall; 2, B\\"
ROOMS = ("Attic, left", "חדר 🎈; \\2", "Room 3")

#: Minutes from a change of the clocks. In autumn the first two are in the first half of what comes twice, the last two
#: in the second; on Lord Howe Island each half is just half an hour. The one in the middle goes across.
AROUND = ((-60, -30), (-30, -5), (-5, 5), (5, 30), (30, 60))

#: As it stands in the database, whatever got it there, and as every reader must show it.
TITLES: tuple[tuple[str, str], ...] = (
    ("x\r\nX-EVIL:1", "x X-EVIL:1"),
    ("END:VEVENT\nEND:VCALENDAR\rBEGIN:VEVENT\x0bUID:evil", "END:VEVENT END:VCALENDAR BEGIN:VEVENT UID:evil"),
    *(
        (title, title)
        for title in (
            "ö" * 1000 + " " + "日" * 998 + "!",
            "👩‍👩‍👧‍👦 Kites 🪁🇦🇺 1️⃣ 🐢",
            "שלום, עולם: how to say مرحبا",
            "a, b; c: \"d\" and 'e'",
            "Back\\slash \\ and \\\\two, at the end\\",
            "C:\\new\\, \\n \\N \\; \\\\",
            "日本語の題名は七十五オクテットで折り返される。" * 5,
            "</title><b>bold</b> &amp; <script>alert(1)</script> ]]> ?>",
            "=?utf-8?q?=0D=0A?= %0D%0A ^n ${x} {{ y }}",
        )
    ),
    ("tab\tand bell\x07 and \u2028 line \x85 end\u202e turned", "tab and bell and line end turned"),
    ("e\u0301tude in \x1b[31mred", "étude in [31mred"),
)
TAGS = ("日本語", "c++", "c#", "naïve")
FAN, UMA = "Cy Reed", "Uma Lind, Jr.; \\"
LOST = "A walk that was hidden"
EARLY = make.NOW - timedelta(days=30)

PORTLAND = "Portland, OR"
BRIDGE = ("Open Source Bridge 2012", date(2012, 6, 26), date(2012, 6, 29), PORTLAND)
OSCON = ("OSCON 2012", date(2012, 7, 26), date(2012, 7, 27), PORTLAND)
CLOUDS = "Comparing Open Source Private Cloud Platforms"
OPS = 'Put the "Ops" in "Dev": what developers need to know about DevOps'

#: Each as it is added, and as all readers must show it: of whole days, the last one is the first that it is not on.
PLACES_ELSEWHERE = (
    (
        TalkContent(CLOUDS, *BRIDGE),
        (date(2012, 6, 26), date(2012, 6, 30), CLOUDS, "Open Source Bridge 2012, Portland, OR", "CONFIRMED"),
    ),
    (
        TalkContent(OPS, *BRIDGE),
        (date(2012, 6, 26), date(2012, 6, 30), OPS, "Open Source Bridge 2012, Portland, OR", "CONFIRMED"),
    ),
    (
        TalkContent(CLOUDS, *OSCON),
        (date(2012, 7, 26), date(2012, 7, 28), CLOUDS, "OSCON 2012, Portland, OR", "CONFIRMED"),
    ),
    (
        TalkContent("Leap; 雲", "Days, 2012", date(2012, 2, 29), date(2012, 2, 29), cancelled=True),
        (date(2012, 2, 29), date(2012, 3, 1), "[Cancelled] Leap; 雲", "Days, 2012", "CANCELLED"),
    ),
    (
        TalkContent(
            "In the second half", "Samhain", date(2027, 10, 31), date(2027, 10, 31), "Cork", zone="Europe/Dublin",
            starts_at=datetime(2027, 10, 31, 1, 15, tzinfo=UTC), ends_at=datetime(2027, 10, 31, 1, 45, tzinfo=UTC),
        ),
        (
            datetime(2027, 10, 31, 1, 15, tzinfo=UTC), datetime(2027, 10, 31, 1, 45, tzinfo=UTC), "In the second half",
            "Samhain, Cork", "CONFIRMED",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A session as the public has it."""

    note_id: int
    slug: str
    room: str
    host: str
    tags: tuple[str, ...]
    starred: bool
    told: Told


@dataclass
class Edges:
    """What was built. `agendas` are the addresses of the fan's own calendars, by slug."""

    sessions: list[Shown] = field(default_factory=list)
    conferences: list[Told] = field(default_factory=list)
    elsewhere: list[Told] = field(default_factory=list)
    agendas: dict[str, str] = field(default_factory=dict)

    def feeds(self) -> dict[str, frozenset[Told]]:
        """Every feed of the site with what is in it."""
        found = {"/conferences.ics": frozenset(self.conferences), "/speakers/uma-lind.ics": self._of_uma()}
        for slug in ZONES:
            here = [one for one in self.sessions if one.slug == slug]
            found[f"/{slug}/schedule.ics"] = _told(here)
            found[self.agendas[slug]] = _told(one for one in here if one.starred)
            for name in ROOMS:
                found[f"/{slug}/rooms/{_key(name)}.ics"] = _told(one for one in here if one.room == name)
            for tag in (*TAGS, "talk"):
                tagged = (one for one in here if tag in one.tags)
                found[f"/{slug}/tags/{quote(tag, safe='')}.ics"] = _told(tagged)
        return found

    def _of_uma(self) -> frozenset[Told]:
        return _told(one for one in self.sessions if one.host == UMA) | frozenset(self.elsewhere)


def turns(zone: str, first: date = FIRST, last: date = LAST) -> list[datetime]:
    """The instants between two days at which the clocks of a zone are changed, found by asking the zone."""
    info, found = ZoneInfo(zone), []
    now = datetime(first.year, first.month, first.day, tzinfo=UTC)
    step = timedelta(minutes=30)
    while now.date() < last:
        if now.astimezone(info).utcoffset() != (now + step).astimezone(info).utcoffset():
            found.append(now + step)
        now += step
    return found


def build(store: Store, *, secret_key: str, now: datetime = EARLY) -> Edges:
    """Fill an empty site. It takes two versions of each schedule, a day apart, from `now` on."""
    edges = Edges()
    with store.writing() as db:
        organizer, fan = make.person(db, "Ada Oak"), make.person(db, FAN)
        uma = make.person(db, UMA, email="uma@example.org")
        db.add(Speaker(person_id=uma.id, slug="uma-lind", public=True, changed_at=now))
        db.flush()
        contents = [content for content, _ in PLACES_ELSEWHERE]
        added = talks.add_many(db, uma.id, contents, now=now)
        edges.elsewhere = [Told(talk.uid, *told) for talk, (_, told) in zip(added.new, PLACES_ELSEWHERE, strict=True)]
    for number, slug in enumerate(ZONES):
        _conference(store, edges, slug, number, (organizer, fan, uma), secret_key, now)
    return edges


def template(empty: Path, folder: Path, *, secret_key: str) -> Path:
    """A copy of the empty, migrated SQLite file in the folder, with the site in it; what was built lies beside it."""
    path = folder / "edges.sqlite3"
    shutil.copy(empty, path)
    store = Store(f"sqlite:///{path}", "http://127.0.0.1:8000")
    built = build(store, secret_key=secret_key)
    store.dispose()
    path.with_suffix(".pickle").write_bytes(pickle.dumps(built))
    return path


def of(path: Path) -> Edges:
    """What `template` built there."""
    found = pickle.loads(path.with_suffix(".pickle").read_bytes())
    assert isinstance(found, Edges)
    return found


def _conference(
    store: Store, edges: Edges, slug: str, number: int, people: tuple[Person, Person, Person], secret_key: str,
    now: datetime,
) -> None:  # fmt: skip
    organizer, fan, uma = people
    with store.writing() as db:
        camp = make.conference(
            db, organizer, slug, name=NAMES[slug], zone=ZONES[slug], venue=VENUE, starts_on=FIRST, ends_on=LAST,
            created_at=now, stamped_at=now, latitude=51.5 - 40 * number, longitude=100.25 * number - 120,
        )  # fmt: skip
        place = f"{VENUE}, {camp.address}"
        edges.conferences.append(
            Told(camp.uid, FIRST, LAST + timedelta(days=1), NAMES_READ[slug], place, "CONFIRMED")
        )  # fmt: skip
        rooms = _rooms(db, camp)
        slots = _slots(db, camp)
        link = links.make_link(db, camp, fan, "Phone", secret_key=secret_key, now=now)
        edges.agendas[slug] = f"/feeds/{links.token_of(link.nonce, secret_key)}.ics"
        notes = list(_notes(db, camp, number, fan, uma))
    spots = {note.id: (slots[at % len(slots)], rooms[at % len(rooms)]) for at, note in enumerate(notes)}
    for note in notes:
        stage.put(store, camp, organizer, note, *spots[note.id], now=now)
    stage.publish(store, camp, organizer, now)
    off = _second_version(store, camp, organizer, notes, spots, slots, rooms, now + timedelta(days=1))
    for at, note in enumerate(notes[:-1]):  # the last one is hidden
        slot, room = spots[note.id]
        title = TITLES[(at + 3 * number) % len(TITLES)][1]
        title = f"[Cancelled] {title}" if note.id in off else title
        told = Told(
            note.uid, slot.starts_at, slot.ends_at, title, f"{room.name}, {VENUE}",
            "CANCELLED" if note.id in off else "CONFIRMED",
        )  # fmt: skip
        edges.sessions.append(
            Shown(
                note.id, slug, room.name, UMA if at == 0 else f"Host {at}", ("talk", TAGS[at % len(TAGS)]),
                at % 3 == 0, told,
            )
        )  # fmt: skip


def _rooms(db: Session, camp: Conference) -> list[Room]:
    made = [
        Room(conference_id=camp.id, name=name, key=_key(name), seats=40, position=at) for at, name in enumerate(ROOMS)
    ]
    db.add_all(made)
    db.flush()
    return made


def _slots(db: Session, camp: Conference) -> list[Slot]:
    made = [
        Slot(
            conference_id=camp.id, starts_at=turn + timedelta(minutes=start), ends_at=turn + timedelta(minutes=end)
        )
        for turn in turns(camp.zone)
        for start, end in AROUND
    ]  # fmt: skip
    db.add_all(made)
    db.flush()
    return made


def _notes(db: Session, camp: Conference, number: int, fan: Person, uma: Person) -> Iterator[Note]:
    """One for each title, in another order at each conference, and the one that gets hidden."""
    for at in range(len(TITLES)):
        title = TITLES[(at + 3 * number) % len(TITLES)][0]
        host = uma if at == 0 else make.person(db, f"Host {at}", email=f"host-{number}-{at}@example.org")
        note = make.note(db, camp, host, title, tags=[TAGS[at % len(TAGS)]], description="Words\r\n\r\nX-EVIL:1\\n")
        if at % 3 == 0:
            make.star(db, note, fan)
        yield note
    hidden = make.note(db, camp, make.person(db, "Host", email=f"host-{number}@example.org"), LOST, tags=[TAGS[0]])
    make.star(db, hidden, fan)
    yield hidden


def _second_version(
    store: Store, camp: Conference, organizer: Person, notes: list[Note], spots: dict[int, tuple[Slot, Room]],
    slots: list[Slot], rooms: list[Room], now: datetime,
) -> set[int]:  # fmt: skip
    """Move two, take one off, have one withdrawn and the last one hidden. Returns which are cancelled."""
    for at, target in ((3, (slots[-1], rooms[1])), (4, (slots[4], rooms[2]))):
        stage.put(store, camp, organizer, notes[at], *target, now=now)
        spots[notes[at].id] = target
    stage.take_off(store, camp, organizer, notes[5], now)
    stage.publish(store, camp, organizer, now)
    with store.writing() as db:
        held = db.get_one(Conference, camp.id)
        gone, off = db.get_one(Note, notes[-1].id), db.get_one(Note, notes[6].id)
        wall.hide(db, held, gone, organizer, "No", now=now)
        wall.withdraw(db, held, off, db.get_one(Person, off.author_id), now=now)
        follow(db, held, organizer, notes=[gone.id, off.id], now=now)
    return {notes[5].id, notes[6].id}


def _told(sessions: Iterable[Shown]) -> frozenset[Told]:
    return frozenset(one.told for one in sessions)


def _key(room: str) -> str:
    return f"room-{ROOMS.index(room)}"
