"""Who presents a note: asking for a host, taking up, leaving, taking a co-host off. Inviting is in invitations.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import N_, NotYours
from barcamp.schedule.publishing import follow
from barcamp.speakers import service as speakers
from barcamp.wall import queries, service
from barcamp.wall.cards import Viewer
from barcamp.wall.errors import ConferenceIsOver
from barcamp.wall.models import Note
from barcamp.wall.routes.door import blueprint, note_or_404, viewer
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _


@dataclass(frozen=True, slots=True)
class Panel:
    """What the asking person may do about who presents a note."""

    seeks: bool
    asked_by: str  # who asked for it, where somebody else presents it; "" where that is not to be told
    can_take_up: bool  # a guest, too: by way of the sign-in
    cohosts: Sequence[tuple[int, str]]  # ids and names of those whom the asking person may take off
    can_invite: bool
    open_invitations: int
    can_leave: bool
    heir: str  # who would be its author after the asking person; "" for nobody


def panel(conference: Conference, note: Note, looking: Viewer) -> Panel | None:
    """What templates/wall/_hosting.html shows of a note, or None where there is nothing to show."""
    live = note.is_on_the_wall and not is_over(conference, looking.now)
    presents = note.is_presented_by(looking.person_id)
    is_author = presents and note.author_id == looking.person_id
    asker = note.asked_by.name if note.asked_by is not None and note.asked_by_id != note.author_id else ""
    may_see = live and (presents or looking.is_organizer)
    may_remove = live and _may_remove(note, looking)
    shown = Panel(
        seeks=note.seeks_host,
        asked_by="" if note.seeks_host else asker,
        can_take_up=live and note.seeks_host,
        cohosts=[(one.person_id, one.person.name) for one in note.cohosts] if may_remove else [],
        can_invite=may_see and not note.seeks_host,
        open_invitations=len(queries.open_invitations(db.session(), note, looking.now)) if may_see else 0,
        can_leave=live and presents,
        heir=queries.heir(note).person.name if is_author and note.cohosts else "",
    )
    return shown if shown != Panel(False, "", False, [], False, 0, False, "") else None


def is_over(conference: Conference, now: datetime) -> bool:
    try:
        service.refuse_when_over(conference, now)
    except ConferenceIsOver:
        return True
    return False


@blueprint.post("/<slug:slug>/notes/<id:note_id>/host")
@named
def take_up(slug: str, note_id: int) -> ResponseReturnValue:
    conference, person, session, now = conference_or_404(slug), signed_in_person(), db.session(), utcnow()
    service.take_up(session, conference, note_or_404(conference, note_id), person, now=now)
    follow(session, conference, person, notes=[note_id], now=now)
    db.commit()
    flash(_("Thank you! It is yours to present now."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/host/leave")
@named
def leave(slug: str, note_id: int) -> ResponseReturnValue:
    conference, person, session, now = conference_or_404(slug), signed_in_person(), db.session(), utcnow()
    note = note_or_404(conference, note_id)
    if note.is_presented_by(person.id):  # else there is nothing to leave, and nobody hears of it
        note = service.leave(session, conference, note, person, now=now)
        speakers.touch(session, person.id, now=now)
        follow(session, conference, person, notes=[note_id], now=now)
    db.commit()
    flash(_("You do not present this any more.") if not note.seeks_host else _("It looks for somebody to give it now."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/hosts/<id:person_id>/remove")
@named
def remove_cohost(slug: str, note_id: int, person_id: int) -> ResponseReturnValue:
    conference, actor, session, now = conference_or_404(slug), signed_in_person(), db.session(), utcnow()
    note = note_or_404(conference, note_id)
    if not _may_remove(note, viewer(conference)):
        raise NotYours(N_("Only the author of a note and the organizers can take somebody off it."))
    service.remove_cohost(session, conference, note, person_id, actor, now=now)
    speakers.touch(session, person_id, now=now)
    follow(session, conference, actor, notes=[note_id], now=now)
    db.commit()
    flash(_("They do not present this any more."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


def _may_remove(note: Note, looking: Viewer) -> bool:
    return looking.is_organizer or (looking.person_id is not None and note.author_id == looking.person_id)
