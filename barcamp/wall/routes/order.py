"""Order on the wall: reporting, hiding with a reason, letting held notes up, and what organizers should look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.schedule.publishing import follow
from barcamp.wall import queries, service
from barcamp.wall.cards import Viewer, excerpt
from barcamp.wall.forms import HideForm, ReportForm, reason_words
from barcamp.wall.models import Comment, Note
from barcamp.wall.routes.door import blueprint, note_or_404
from barcamp.web import honeypot
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, organizer, signed_in_person
from barcamp.web.limits import Allowance
from barcamp.web.load import conference_or_404
from barcamp.web.words import _

REPORTS = Allowance("reports", 20, seconds=3600)


@dataclass(frozen=True, slots=True)
class Panel:
    """What the asking person may do about a note that may not belong here. `hide_form` is for organizers."""

    is_held: bool
    may_report: bool
    has_reported: bool
    hide_form: HideForm | None


def panel(conference: Conference, note: Note, looking: Viewer, hide_form: HideForm | None = None) -> Panel | None:
    """What templates/wall/_order.html shows of a note, or None where there is nothing to show."""
    reported = looking.person_id is not None and queries.has_reported(db.session(), note, None, looking.person_id)
    is_stranger = looking.person_id is not None and not (
        looking.is_organizer or note.is_presented_by(looking.person_id) or note.asked_by_id == looking.person_id
    )
    if looking.is_organizer:
        hide_form = hide_form or HideForm(formdata=None, reason=note.hidden_reason)
    shown = Panel(
        is_held=note.held_at is not None,
        may_report=is_stranger and note.is_on_the_wall and not reported,
        has_reported=reported,
        hide_form=hide_form if looking.is_organizer else None,
    )
    return shown if shown != Panel(False, False, False, None) else None


@blueprint.get("/<slug:slug>/notes/<id:note_id>/report")
@named
def ask_to_report(slug: str, note_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = note_or_404(conference, note_id)
    return render_template(
        "wall/report.html", **_about(conference, found, _comment_or_404(conference, found), ReportForm())
    )


@blueprint.post("/<slug:slug>/notes/<id:note_id>/report")
@named
def report(slug: str, note_id: int) -> ResponseReturnValue:
    conference, reporter = conference_or_404(slug), signed_in_person()
    found, form = note_or_404(conference, note_id), ReportForm.typed()
    comment = _comment_or_404(conference, found)
    fine, caught = form.validate(), honeypot.check(request.form)
    if caught is not None:
        form.refuse("", caught)
    if not fine or caught is not None:
        return form_again("wall/report.html", **_about(conference, found, comment, form))

    REPORTS.spend(reporter.id)
    service.report(db.session(), conference, found, comment, reporter, form.reason(), now=utcnow())
    db.commit()
    flash(_("Thank you. The organizers will look at it."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/hide")
@organizer
def hide(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), HideForm.typed()
    found = note_or_404(conference, note_id)
    if not form.validate():
        return form_again("wall/hide.html", active="wall", conference=conference, note=found, form=form)

    service.hide(db.session(), conference, found, signed_in_person(), form.reason.data, now=utcnow())
    return _done(conference, found, _("The note is hidden."))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/show")
@organizer
def show_again(slug: str, note_id: int) -> ResponseReturnValue:
    return _judge(slug, note_id, service.show_again, _("The note can be seen again."))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/release")
@organizer
def release(slug: str, note_id: int) -> ResponseReturnValue:
    return _judge(slug, note_id, service.release, _("It is on the wall."))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/keep")
@organizer
def keep(slug: str, note_id: int) -> ResponseReturnValue:
    return _judge(slug, note_id, service.keep, _("It stays as it is."))


@blueprint.get("/<slug:slug>/organize/moderation")
@organizer
def moderation(slug: str) -> ResponseReturnValue:
    conference, session = conference_or_404(slug), db.session()
    return render_template(
        "wall/moderation.html",
        active="organize",
        conference=conference,
        reported=queries.reported(session, conference),
        held=queries.held_notes(session, conference),
        hidden=queries.hidden_notes(session, conference),
        reason_words=reason_words,
        excerpt=excerpt,
    )


def _judge(slug: str, note_id: int, act: Callable[..., object], words: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = note_or_404(conference, note_id)
    act(db.session(), conference, found, signed_in_person(), now=utcnow())
    return _done(conference, found, words)


def _done(conference: Conference, note: Note, words: str) -> ResponseReturnValue:
    """Bring the draft and the schedule up to date, and go back to where the button was."""
    actor: Person = signed_in_person()
    follow(db.session(), conference, actor, notes=[note.id], now=utcnow())
    db.commit()
    flash(words)
    if request.form.get("next") == "moderation":
        return see_other(url_for("wall.moderation", slug=conference.slug))
    return see_other(url_for("wall.note", slug=conference.slug, note_id=note.id))


def _comment_or_404(conference: Conference, note: Note) -> Comment | None:
    """The comment that the address or the form names, where it names one: it must stand under this note."""
    wanted = request.values.get("comment", "")
    if not wanted:
        return None
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else 0
    found = queries.find_comment(db.session(), conference, number)
    if found is None or found.note_id != note.id or found.hidden_at is not None:
        abort(404)
    return found


def _about(conference: Conference, note: Note, comment: Comment | None, form: ReportForm) -> dict[str, object]:
    return {"active": "wall", "conference": conference, "note": note, "comment": comment, "form": form}
