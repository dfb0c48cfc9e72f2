"""One note: its page for life, the form that posts it, the form that edits it, and taking it off the wall."""

from __future__ import annotations

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import N_, NotYours, Refused
from barcamp.feeds import linked
from barcamp.front.shared import shared
from barcamp.schedule import queries as schedule
from barcamp.schedule.publishing import follow
from barcamp.schedule.routes import heads
from barcamp.speakers import names
from barcamp.speakers import queries as speakers
from barcamp.venue import shown as venue
from barcamp.venue.words import EQUIPMENT_WORDS
from barcamp.wall import queries, service, shown
from barcamp.wall.errors import NoteChanged, TooManyNotes, WallIsClosed
from barcamp.wall.forms import NoteForm, Places, slot_words
from barcamp.wall.models import Note
from barcamp.wall.routes import comments, history, hosting, merging, order
from barcamp.wall.routes.door import blueprint, is_mine, may_change, note_or_404, places, shown_note_or_404, viewer
from barcamp.web import honeypot, presenters
from barcamp.web.answers import form_again, see_other, wants_json
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me, named, roles, signed_in_person
from barcamp.web.load import conference_or_404, held_conference_or_404
from barcamp.web.words import _, told


@blueprint.get("/<slug:slug>/wall/new")
@named
def new(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    service.refuse_when_closed(conference, utcnow())
    return render_template(
        "wall/new.html", active="wall", conference=conference, form=NoteForm.over(places(conference))
    )


@blueprint.post("/<slug:slug>/wall/notes")
@named
def post(slug: str) -> ResponseReturnValue:
    conference, author = held_conference_or_404(slug), signed_in_person()
    form = NoteForm.over(places(conference))
    fine, caught = form.validate(), honeypot.check(request.form)
    if caught is not None:
        form.refuse("", caught)
    if not fine or caught is not None:
        return form_again("wall/new.html", active="wall", conference=conference, form=form)

    most = None if roles(conference.id) else service.MOST_NOTES  # the team types in the notes of others
    try:
        note = service.post_note(
            db.session(), conference, author, form.content(), seeks_host=bool(form.seeks_host.data), most=most,
            now=utcnow(),
        )  # fmt: skip
    except (WallIsClosed, TooManyNotes) as refusal:
        return _form_with(refusal, "wall/new.html", conference, form)
    db.commit()
    if note.held_at is not None:
        flash(_("Thank you! It goes up as soon as an organizer has seen it."))
        return see_other(url_for("wall.note", slug=slug, note_id=note.id))
    flash(_("Your wish is on the wall.") if note.seeks_host else _("Your note is on the wall."))
    return see_other(url_for("wall.show", slug=slug, _anchor=f"note-{note.id}"))


@blueprint.get("/<slug:slug>/notes/<id:note_id>")
@anyone
@shared
def note(slug: str, note_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    return _page(conference, shown_note_or_404(conference, note_id))


@blueprint.get("/<slug:slug>/notes/<id:note_id>/edit")
@named
def edit(slug: str, note_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = _changeable_note(conference, note_id)
    service.refuse_when_over(conference, utcnow())
    form = NoteForm.over(places(conference), service.NoteContent.of(found))
    return render_template("wall/edit.html", active="wall", conference=conference, note=found, form=form)


@blueprint.post("/<slug:slug>/notes/<id:note_id>/edit")
@named
def save(slug: str, note_id: int) -> ResponseReturnValue:
    conference, editor, session, now = held_conference_or_404(slug), signed_in_person(), db.session(), utcnow()
    found = _changeable_note(conference, note_id)
    form = NoteForm.over(places(conference), service.NoteContent.of(found), cohosts=len(found.cohosts))
    seen = request.form.get("seen", "")
    if not form.validate():
        return form_again("wall/edit.html", active="wall", conference=conference, note=found, form=form, seen=seen)

    try:
        service.edit_note(session, conference, found, editor, form.content(), seen=seen, now=now)
    except NoteChanged as refusal:
        return _form_with(refusal, "wall/edit.html", conference, form, found)
    follow(session, conference, signed_in_person(), notes=[note_id], now=now)
    db.commit()
    flash(_("Your changes are saved."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/withdraw")
@named
def withdraw(slug: str, note_id: int) -> ResponseReturnValue:
    conference, session, now = conference_or_404(slug), db.session(), utcnow()
    service.withdraw(session, conference, _own_note(conference, note_id), signed_in_person(), now=now)
    follow(session, conference, signed_in_person(), notes=[note_id], now=now)
    db.commit()
    flash(_("Your note is off the wall."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/restore")
@named
def restore(slug: str, note_id: int) -> ResponseReturnValue:
    conference, session, now = conference_or_404(slug), db.session(), utcnow()
    service.restore(session, conference, _own_note(conference, note_id), signed_in_person(), now=now)
    follow(session, conference, signed_in_person(), notes=[note_id], now=now)
    db.commit()
    flash(_("Your note is back on the wall."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


def _page(conference: Conference, found: Note) -> str:
    session, looking = db.session(), viewer(conference)
    by_an_organizer = queries.was_edited_by_an_organizer(session, found)
    starred = found.id in shown.starred(conference, looking.person_id)
    card, entry = looking.card(found, starred=starred), schedule.find_entry(session, found.id)
    return render_template(
        "wall/note.html",
        active="wall",
        conference=conference,
        note=found,
        card=card,
        length=Places((), venue.talk_slots(conference), conference.zone).length_words(found.length),
        needs=", ".join(str(EQUIPMENT_WORDS[name]) for name in found.needs),
        wish=_wish(conference, found),
        away=", ".join(slot_words(slot, conference.zone) for slot in found.away),
        by_an_organizer=by_an_organizer,
        has_history=history.has_history(found, sees_all=may_change(conference, found), by_an_organizer=by_an_organizer),
        is_mine=is_mine(found),
        may_change=may_change(conference, found),
        is_organizer=looking.is_organizer,
        entry=entry,
        heads=heads.panel(conference, found, entry),
        linked_data=linked.of_note(conference, found, entry, db.base_url(session)),
        hosts=presenters.linked(card.hosts, names.pages_of_presenters(conference).get(found.id, ())),
        hint_at_page=entry is not None and _has_no_page(found),
        hosting=hosting.panel(conference, found, looking),
        merging=merging.panel(conference, found, looking),
        comments=comments.panel(conference, found, looking),
        order=order.panel(conference, found, looking),
    )


def _has_no_page(found: Note) -> bool:
    """Whether the asking person presents the note, and could have a speaker's page and has none."""
    person = me()
    if person is None or person.is_walk_in or not found.is_presented_by(person.id):
        return False
    return speakers.find_own(db.session(), person.id) is None


def _wish(conference: Conference, found: Note) -> str:
    room = [] if found.wanted_room is None else [found.wanted_room.name]
    slot = [] if found.wanted_slot is None else [slot_words(found.wanted_slot, conference.zone)]
    return ", ".join(room + slot)


def _form_with(
    refusal: Refused, template: str, conference: Conference, form: NoteForm, found: Note | None = None
) -> ResponseReturnValue:
    """What was typed, under the words of the refusal, so that nobody has to type it again."""
    if wants_json():
        raise refusal
    form.refuse("", told(refusal))
    page, _status = form_again(
        template, active="wall", conference=conference, form=form, note=found, stale=found is not None
    )
    return page, refusal.status


def _own_note(conference: Conference, note_id: int) -> Note:
    found = note_or_404(conference, note_id)
    if not is_mine(found):
        raise NotYours(N_("Only the person who posted a note can take it off the wall or bring it back."))
    return found


def _changeable_note(conference: Conference, note_id: int) -> Note:
    found = note_or_404(conference, note_id)
    if not may_change(conference, found):
        raise NotYours(N_("Only the person who posted a note and the organizers can change it."))
    return found
