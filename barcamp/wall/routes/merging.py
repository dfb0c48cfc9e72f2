"""Two notes become one, and can become two again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.similar import Topic, most_similar
from barcamp.core.slugs import clean_line, fold
from barcamp.errors import N_, NotYours
from barcamp.schedule import queries as schedule
from barcamp.schedule.publishing import follow
from barcamp.speakers import service as speakers
from barcamp.wall import queries, service
from barcamp.wall.cards import Card, Viewer
from barcamp.wall.errors import CannotMerge
from barcamp.wall.models import Note
from barcamp.wall.queries import LONGEST_SEARCH, Merged
from barcamp.wall.routes.door import blueprint, is_mine, merged_notes, note_or_404, viewer
from barcamp.wall.routes.hosting import is_over
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.load import conference_or_404, held_conference_or_404
from barcamp.web.words import _

MOST_CHOICES = 12


@dataclass(frozen=True, slots=True)
class Part:
    """Another note in a note's panel; `url` is None where the asking person cannot read it."""

    id: int
    title: str
    url: str
    may_undo: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """What a note was merged from or into, and what the asking person may do about that."""

    is_merged: bool
    lives_on_in: Part | None  # None also where the asking person may not read that one
    may_undo: bool
    parts: Sequence[Part]
    offered_to: Part | None  # what this note's host has offered and can take back
    offers: Sequence[Part]  # what others offer, to be accepted or declined
    may_start: bool
    may_merge: bool  # at once, without asking anybody


def panel(conference: Conference, note: Note, looking: Viewer) -> Panel | None:
    """What templates/wall/_merging.html shows of a note, or None where there is nothing to show."""
    session, on = db.session(), note.is_on_the_wall and not is_over(conference, looking.now)
    merged = merged_notes(conference)
    parts = [part for part in merged.values() if part.into_id == note.id and (part.shown or looking.is_organizer)]
    undoable = _undoable(conference, looking, [*parts, *([merged[note.id]] if note.id in merged else [])])
    decides = on and (looking.is_organizer or is_mine(note))
    offered = queries.standing_offer(session, note) if on and is_mine(note) else None
    offers = queries.offers_to(session, note) if decides else []
    shown = Panel(
        is_merged=note.id in merged,
        lives_on_in=_survivor(conference, merged, note, looking),
        may_undo=note.id in undoable,
        parts=[_part(conference, part.id, part.title, part.id in undoable) for part in parts],
        offered_to=None if offered is None else _part(conference, offered.id, offered.title),
        offers=[_part(conference, id_, title) for id_, title in offers],
        may_start=decides and offered is None,
        may_merge=looking.is_organizer,
    )
    return shown if shown.is_merged or shown.parts or decides else None


def _undoable(conference: Conference, looking: Viewer, merged: Sequence[Merged]) -> set[int]:
    """Which merges the asking person may undo: all as an organizer, else their own."""
    if looking.person_id is None or is_over(conference, looking.now):
        return set()
    if looking.is_organizer:
        return {one.id for one in merged}
    by = queries.mergers(db.session(), conference, [one.id for one in merged])
    return {note_id for note_id, actor_id in by.items() if actor_id == looking.person_id}


def _survivor(conference: Conference, merged: Mapping[int, Merged], note: Note, looking: Viewer) -> Part | None:
    if note.id not in merged:
        return None
    found = queries.find_whole_note(db.session(), conference, queries.survivor(merged, note.id))
    if found is None or not (found.hidden_at is found.held_at is None or looking.is_organizer or is_mine(found)):
        return None
    return _part(conference, found.id, found.title)


def _part(conference: Conference, note_id: int, title: str, may_undo: bool = False) -> Part:
    return Part(note_id, title, url_for("wall.note", slug=conference.slug, note_id=note_id), may_undo)


@blueprint.get("/<slug:slug>/notes/<id:note_id>/merge")
@named
def choose_merge(slug: str, note_id: int) -> ResponseReturnValue:
    conference, session = conference_or_404(slug), db.session()
    note, looking = note_or_404(conference, note_id), viewer(conference)
    if not (is_mine(note) or looking.is_organizer):
        raise NotYours(N_("Only the person who posted a note and the organizers can make it part of another."))
    service.refuse_when_over(conference, looking.now)
    q = clean_line(request.args.get("q", "")[: 2 * LONGEST_SEARCH])[:LONGEST_SEARCH]
    topics = queries.topics(session, conference, q=q)
    topics.pop(note.id, None)
    own = Topic(note.title, tuple(tag.tag for tag in note.tags), note.description)
    found = most_similar(own, topics, most=MOST_CHOICES, least=0)
    return render_template(
        "wall/merge.html",
        active="wall",
        conference=conference,
        note=note,
        q=q,
        choices=cards_of(looking, queries.notes_by_id(session, conference, [choice for choice, _score in found])),
        more=len(topics) - len(found),
        may_merge=looking.is_organizer,
    )


@blueprint.get("/<slug:slug>/notes/<id:note_id>/merge/<id:into_id>")
@named
def confirm_merge(slug: str, note_id: int, into_id: int) -> ResponseReturnValue:
    conference, session = conference_or_404(slug), db.session()
    note, into = note_or_404(conference, note_id), note_or_404(conference, into_id)
    looking, at_once = viewer(conference), _may_merge(conference, note, into)
    if not (at_once or is_mine(note)):
        raise NotYours(N_("Only the person who posted a note and the organizers can make it part of another."))
    service.refuse_when_over(conference, looking.now)
    service.refuse_merging(note, into)
    entry = schedule.find_entry(session, note.id)
    return render_template(
        "wall/merge_with.html",
        active="wall",
        conference=conference,
        note=note,
        into=into,
        cards=cards_of(looking, (into, note)),
        hosts=_together(note, into),
        stars=queries.count_together(session, note, into) if looking.sees_counts else None,
        at_once=at_once,
        may_turn=at_once and _can_turn(note, into),
        leaves_schedule=entry is not None and entry.state == "on",
    )


@blueprint.post("/<slug:slug>/notes/<id:note_id>/merge/<id:into_id>")
@named
def merge(slug: str, note_id: int, into_id: int) -> ResponseReturnValue:
    conference, session, actor, now = held_conference_or_404(slug), db.session(), signed_in_person(), utcnow()
    note, into = note_or_404(conference, note_id), note_or_404(conference, into_id)
    if _may_merge(conference, note, into):
        service.merge(session, conference, note, into, actor, now=now)
    elif is_mine(into):
        service.accept_offer(session, conference, note, into, actor, now=now)
    else:
        raise NotYours(N_("Only the organizers and the people who present both can do that."))
    follow(session, conference, actor, notes=[note_id, into_id], now=now)
    db.commit()
    flash(_("The two notes are one now."))
    return see_other(url_for("wall.note", slug=slug, note_id=into_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/unmerge")
@named
def unmerge(slug: str, note_id: int) -> ResponseReturnValue:
    conference, session, actor, now = held_conference_or_404(slug), db.session(), signed_in_person(), utcnow()
    note, looking = note_or_404(conference, note_id), viewer(conference)
    by = queries.mergers(session, conference, [note.id])
    if not (looking.is_organizer or by.get(note.id) == actor.id):
        raise NotYours(N_("Only the organizers and whoever merged two notes can take them apart."))
    together = set() if note.merged_into_id is None else speakers.presenter_ids(session, note.merged_into_id)
    into_id = service.unmerge(session, conference, note, actor, now=now)
    speakers.touch_all(session, together, now=now)
    follow(session, conference, actor, notes=[note_id] if into_id is None else [note_id, into_id], now=now)
    db.commit()
    flash(_("The note stands on its own again."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/merge/<id:into_id>/offer")
@named
def offer_merge(slug: str, note_id: int, into_id: int) -> ResponseReturnValue:
    conference, session, actor = held_conference_or_404(slug), db.session(), signed_in_person()
    note, into = note_or_404(conference, note_id), note_or_404(conference, into_id)
    _refuse_unless_mine(note)
    service.offer(session, conference, note, into, actor, now=utcnow())
    db.commit()
    flash(_("Your offer stands on the other note’s page. Its host decides."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/offer/withdraw")
@named
def withdraw_offer(slug: str, note_id: int) -> ResponseReturnValue:
    conference, session, actor = held_conference_or_404(slug), db.session(), signed_in_person()
    note = note_or_404(conference, note_id)
    _refuse_unless_mine(note)
    service.take_offer_back(session, conference, note, actor, now=utcnow())
    db.commit()
    flash(_("Your offer is taken back."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/merge/<id:into_id>/decline")
@named
def decline_offer(slug: str, note_id: int, into_id: int) -> ResponseReturnValue:
    conference, session, actor = held_conference_or_404(slug), db.session(), signed_in_person()
    note, into = note_or_404(conference, note_id), note_or_404(conference, into_id)
    if not (is_mine(into) or viewer(conference).is_organizer):
        raise NotYours(N_("Only the person who posted a note and the organizers can answer that."))
    service.decline_offer(session, conference, note, into, actor, now=utcnow())
    db.commit()
    flash(_("The two notes stay two."))
    return see_other(url_for("wall.note", slug=slug, note_id=into_id))


def _may_merge(conference: Conference, note: Note, into: Note) -> bool:
    """Without asking anybody: the organizers, and who presents both."""
    return viewer(conference).is_organizer or (is_mine(note) and is_mine(into))


def _refuse_unless_mine(note: Note) -> None:
    if not is_mine(note):
        raise NotYours(N_("Only the person who posted a note can offer it."))


def _together(note: Note, into: Note) -> list[str]:
    """The names of all who will present, each once; those without an account last."""
    typed = {copresenter.name for one in (into, note) for copresenter in one.copresenters}
    names: dict[str, str] = {}
    for name in sorted([*into.presenters, *note.presenters], key=typed.__contains__):
        names.setdefault(fold(name), name)
    return list(names.values())


def _can_turn(note: Note, into: Note) -> bool:
    try:
        service.refuse_merging(into, note)
    except CannotMerge:
        return False
    return True


def cards_of(looking: Viewer, notes: Sequence[Note]) -> list[Card]:
    """These notes as cards to choose from."""
    return [looking.card(note, starred=False) for note in notes]
