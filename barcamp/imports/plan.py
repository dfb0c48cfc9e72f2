"""What taking an import would do, worked out without doing it: values in, values out.

    plan = make_plan(found, here)

The same plan is shown as a preview and carried out by service.take, which makes it again first: `digest` tells whether
it is still the one that somebody has seen. What was edited here stays: a word or a place is changed only where it is
still as the last import has brought it. Start at `make_plan`; who goes where is in placing.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import NAMESPACE_URL, UUID, uuid5

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.errors import N_
from barcamp.imports.found import Found, FoundPause, FoundTalk, Said
from barcamp.imports.placing import Mover, Placing, Spot, place_all
from barcamp.imports.values import Here, NoteHere, NotePlan, Plan, RoomPlan
from barcamp.venue.day import Wanted, camp_day
from barcamp.wall.models import FORMATS
from barcamp.wall.service.content import NoteContent

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_ROOM = 120, 5000, 60
MOST_TAGS, MOST_PRESENTERS = 6, 7
#: Seats of a room of which nobody says how many it has.
USUAL_SEATS = 50

#: What of a note an import may change, beside its place.
FIELDS = ("title", "description", "format", "tags", "copresenters", "slides_url", "recording_url")
LEFT_OUT = N_("“{title}” was left out: {reason}.")
NO_PLACE = N_("“{title}” gets no place: {reason}.")

TOO_LONG_TITLES = N_("{n} titles are longer than {most} characters and are cut.")
TOO_LONG_TEXTS = N_("{n} descriptions are longer than {most} characters and are cut.")
TOO_MANY_TAGS = N_("{n} sessions have more than {most} tags; the first ones are taken.")
TOO_MANY_PRESENTERS = N_("{n} sessions have more than {most} presenters; the first ones are taken.")


def make_plan(found: Found, here: Here) -> Plan:
    """What taking this would do now."""
    said: list[Said] = []
    notes: list[NotePlan] = []
    movers: list[Mover] = []
    for talk in found.talks:
        note = _note(talk, here, said)
        if note is None:
            continue
        notes.append(note)
        if note.turn != "withdraw" and _wants_place(talk, note, here, said):
            movers.append(_mover(talk, note, here))
    pauses = _pauses(found, here, movers, said)
    placing = place_all(movers, here.draft, here.rooms, here.slots, pauses)
    said += [(NO_PLACE, {"title": title, "reason": reason} | facts) for title, reason, facts in placing.left]
    said += _cut(found)
    wanted = [Wanted(pause.starts_at, pause.ends_at, "break", pause.name[:60]) for pause in pauses]
    wanted += [Wanted(slot.start, slot.end) for slot in placing.slots]
    rooms = _rooms(found, here, placing)
    return Plan(
        rooms=rooms,
        rooms_matched=len(
            {fold(_room_name(room.name)) for room in found.rooms} & {fold(room.name) for room in here.rooms}
        ),
        slots=tuple(sorted(wanted)),
        slots_matched=placing.slots_used,
        notes=tuple(_placed(note, placing) for note in notes),
        said=tuple(said),
        gone=_gone(found, here),
    )


def uid_here(source: str, conference: Conference, taken: Collection[str]) -> str:
    """The uid of the note for a talk: the source's where it is a UUID that no other conference has, else one made of
    it, the same each time.
    """
    try:
        own = str(UUID(source))
    except ValueError:
        own = ""
    return own if own and own not in taken else str(uuid5(NAMESPACE_URL, f"{conference.uid}/{source}"))


def content_of(talk: FoundTalk) -> NoteContent:
    """What a talk says, within what a note can say."""
    title = talk.title if len(talk.title) <= LONGEST_TITLE else talk.title[: LONGEST_TITLE - 1].rstrip() + "…"
    return NoteContent(
        title=title or "…",
        description=talk.description[:LONGEST_DESCRIPTION],
        format=talk.kind if talk.kind in FORMATS else "talk",
        tags=tuple(sorted(talk.tags)[:MOST_TAGS]),
        copresenters=talk.presenters[:MOST_PRESENTERS],
    )


# ---- notes -----------------------------------------------------------------------------------------------------------


def _note(talk: FoundTalk, here: Here, said: list[Said]) -> NotePlan | None:
    """What becomes of a talk's words; None where it is not taken."""
    zone, conference = here.conference.zone, here.conference
    uid = uid_here(talk.uid, conference, here.taken_uids)
    there, before = here.notes.get(uid), here.before.get(talk.uid)
    reason = ""
    if not talk.title:
        reason = N_("it has no title")
    elif not conference.starts_on <= camp_day(talk.starts_at, zone) <= conference.ends_on:
        reason = N_("it is not on a day of this conference")
    elif talk.cancelled and (there is None or before is None or there.is_off):
        reason = N_("it is cancelled there")
    elif there is not None and there.is_off and not (there.is_withdrawn and before is not None and before.cancelled):
        reason = N_("it was taken off the wall here")
    if reason:
        if there is None or not (talk.cancelled and there.is_off):
            said.append((LEFT_OUT, {"title": talk.title[:80] or "?", "reason": reason}))
        return None
    if there is None:
        return NotePlan("new", uid, None, content_of(talk), talk.slides_url, talk.recording_url)
    if talk.cancelled:
        return NotePlan("changed", uid, there.id, there.content, there.slides_url, there.recording_url, turn="withdraw")
    note = _merged(talk, uid, there, before)
    return replace(note, kind="changed", turn="restore") if there.is_off else note


def _merged(talk: FoundTalk, uid: str, there: NoteHere, before: FoundTalk | None) -> NotePlan:
    """A note that is here: what the source changed since it last came is taken, unless it was edited here, too."""
    new, now = _words(talk), _words_here(there)
    old = None if before is None else _words(before)
    changed, kept = [], []
    for name in FIELDS:
        if now[name] == new[name] or (old is not None and old[name] == new[name] == now[name]):
            continue
        if old is not None and now[name] == old[name]:
            changed.append(name)
        else:
            kept.append(name)
    values = {name: new[name] if name in changed else now[name] for name in FIELDS}
    slides, recording = str(values.pop("slides_url")), str(values.pop("recording_url"))
    values["copresenters"] = there.content.copresenters
    if "copresenters" in changed:
        accounts = {fold(name) for name in there.hosts} - {fold(name) for name in there.content.copresenters}
        values["copresenters"] = tuple(name for name in content_of(talk).copresenters if fold(name) not in accounts)
    return NotePlan(
        "changed" if changed else "same", uid, there.id, replace(there.content, **values), slides, recording,  # type: ignore[arg-type]
        fields=tuple(changed), kept=tuple(kept),
    )  # fmt: skip


def _words(talk: FoundTalk) -> dict[str, object]:
    content = content_of(talk)
    links = {"slides_url": talk.slides_url, "recording_url": talk.recording_url}
    return {name: getattr(content, name) for name in FIELDS if name not in links} | links


def _words_here(there: NoteHere) -> dict[str, object]:
    """As `_words`; presenters are all who present it, whether by account or by name."""
    words: dict[str, object] = {name: getattr(there.content, name, "") for name in FIELDS}
    return words | {
        "copresenters": there.hosts, "slides_url": there.slides_url, "recording_url": there.recording_url
    }  # fmt: skip


# ---- places ----------------------------------------------------------------------------------------------------------


def _spot_of(talk: FoundTalk) -> Spot:
    return Spot(talk.starts_at, talk.ends_at, _room_name(talk.room))


def _room_name(name: str) -> str:
    return name[:LONGEST_ROOM].rstrip()


def _wants_place(talk: FoundTalk, note: NotePlan, here: Here, said: list[Said]) -> bool:
    """Whether it should go where the source has it: not where it is there already, or was moved by hand here."""
    there, before = here.notes.get(note.uid), here.before.get(talk.uid)
    spot = there.spot if there is not None else None
    wanted = _spot_of(talk)
    if spot is not None and spot.same_as(wanted):
        return False
    if there is not None and there.is_in_a_block:
        said.append((N_("“{title}” stays in its block of lightning talks."), {"title": note.content.title}))
        return False
    if before is not None and there is not None and not before.cancelled:
        came_to = _spot_of(before)
        if came_to.same_as(wanted) or (spot is not None and not came_to.same_as(spot)):
            if spot is not None:
                said.append((N_("“{title}” stays where it was moved to here."), {"title": note.content.title}))
            return False
    if not talk.room:
        said.append((NO_PLACE, {"title": note.content.title, "reason": N_("no room is said")}))
    elif talk.ends_at <= talk.starts_at:
        said.append((NO_PLACE, {"title": note.content.title, "reason": N_("it ends before it starts")}))
    return bool(talk.room) and talk.ends_at > talk.starts_at


def _mover(talk: FoundTalk, note: NotePlan, here: Here) -> Mover:
    there = here.notes.get(note.uid)
    people = {fold(name) for name in (*note.content.copresenters, *(there.hosts if there else ()))}
    return Mover(note.uid, note.note_id, note.content.title, _spot_of(talk), frozenset(people))


def _placed(note: NotePlan, placing: Placing) -> NotePlan:
    """The note with its place, and the length that it has there."""
    spot = placing.spots.get(note.uid)
    if spot is None:
        return note
    content = replace(note.content, length=spot.length)
    return replace(note, content=content, spot=spot, kind="new" if note.kind == "new" else "changed",
                   fields=note.fields if note.kind == "new" else (*note.fields, "place"))  # fmt: skip


def _pauses(found: Found, here: Here, movers: list[Mover], said: list[Said]) -> list[FoundPause]:
    """The breaks to make: new ones, on the conference's days, where nothing is and nothing would be."""
    kept: list[FoundPause] = []
    conference = here.conference
    for pause in found.pauses:
        spans = [(slot.starts_at, slot.ends_at) for slot in here.slots]
        if (pause.starts_at, pause.ends_at) in spans or pause.starts_at in here.pauses_before:
            continue
        running = [mover.spot for mover in movers] + kept
        reason = ""
        if not conference.starts_on <= camp_day(pause.starts_at, conference.zone) <= conference.ends_on:
            reason = N_("it is not on a day of this conference")
        elif pause.ends_at <= pause.starts_at:
            reason = N_("it ends before it starts")
        elif any(start < pause.ends_at and pause.starts_at < end for start, end in spans):
            reason = N_("there is a slot here at that time")
        elif any(one.starts_at < pause.ends_at and pause.starts_at < one.ends_at for one in running):
            reason = N_("a session runs at that time, and a break is for everybody")
        if reason:
            said.append((LEFT_OUT, {"title": pause.name[:80] or "?", "reason": reason}))
        else:
            kept.append(pause)
    return kept


def _rooms(found: Found, here: Here, placing: Placing) -> tuple[RoomPlan, ...]:
    """Rooms to add: those that the source lists and no import has brought before, and those where something goes."""
    there = {fold(room.name) for room in here.rooms}
    seats = {fold(_room_name(room.name)): room.seats for room in found.rooms}
    listed = [_room_name(room.name) for room in found.rooms if fold(_room_name(room.name)) not in here.rooms_before]
    wanted = {fold(name): name for name in (*(spot.room for spot in placing.spots.values()), *listed) if fold(name)}
    order = {name: number for number, name in enumerate(seats)}
    new = sorted((key for key in wanted if key not in there), key=lambda key: (order.get(key, len(order)), key))
    return tuple(
        RoomPlan(wanted[key], min(max(1, known), 100_000) if (known := seats.get(key)) else USUAL_SEATS, bool(known))
        for key in new
    )


# ---- what is said beside ---------------------------------------------------------------------------------------------


def _cut(found: Found) -> list[Said]:
    """What a note cannot hold, counted."""
    measured: list[tuple[str, int, list[int]]] = [
        (TOO_LONG_TITLES, LONGEST_TITLE, [len(talk.title) for talk in found.talks]),
        (TOO_LONG_TEXTS, LONGEST_DESCRIPTION, [len(talk.description) for talk in found.talks]),
        (TOO_MANY_TAGS, MOST_TAGS, [len(talk.tags) for talk in found.talks]),
        (TOO_MANY_PRESENTERS, MOST_PRESENTERS, [len(talk.presenters) for talk in found.talks]),
    ]
    counted = [(words, most, sum(size > most for size in sizes)) for words, most, sizes in measured]
    said: list[Said] = [(words, {"n": count, "most": most}) for words, most, count in counted if count]
    kinds = sorted({one.kind for one in found.talks if one.kind and one.kind not in FORMATS})
    if kinds:
        said.append(
            (N_("Sessions of kinds that are not known here become talks: {kinds}."), {"kinds": ", ".join(kinds)[:200]})
        )
    return said


def _gone(found: Found, here: Here) -> tuple[str, ...]:
    """Titles of what earlier imports brought from where this comes from, and this one no longer has."""
    talks = {talk.uid for talk in found.talks}
    if talks.isdisjoint(here.before):
        return ()
    lost = [uid for uid in here.before if uid not in talks]
    notes = [here.notes.get(uid_here(uid, here.conference, here.taken_uids)) for uid in lost]
    return tuple(sorted(note.content.title for note in notes if note is not None and not note.is_off))
