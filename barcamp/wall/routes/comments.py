"""A short thread of questions and answers under a note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import N_, NotYours
from barcamp.people.models import Person
from barcamp.wall import queries, service
from barcamp.wall.cards import Viewer
from barcamp.wall.forms import CommentForm, HideForm
from barcamp.wall.models import Comment, Note
from barcamp.wall.routes.door import blueprint, merged_notes, note_or_404, viewer
from barcamp.wall.routes.hosting import is_over
from barcamp.web import honeypot
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.limits import Allowance
from barcamp.web.load import conference_or_404
from barcamp.web.words import _

COMMENTS = Allowance("comments", 6, seconds=60)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown: `by` is "" for somebody who has left."""

    id: int
    note_id: int  # it may stand under a note that lives on in this one
    by: str
    text: str
    posted_at: datetime
    is_host: bool
    is_mine: bool
    is_hidden: bool
    reason: str
    can_hide: bool
    may_report: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The thread under a note, and whether the asking person may add to it. `form` is None where nobody may."""

    lines: list[Line]
    is_over: bool
    form: CommentForm | None

    @property
    def shown(self) -> int:
        return sum(not line.is_hidden for line in self.lines)


def panel(conference: Conference, note: Note, looking: Viewer) -> Panel | None:
    """What templates/wall/_comments.html shows of a note, or None where there is nothing to show."""
    over = is_over(conference, looking.now)
    together = queries.part_ids(merged_notes(conference), note.id, sees_all=looking.is_organizer)
    lines = [
        _line(comment, note, looking)
        for comment in queries.comments(db.session(), together)
        if comment.hidden_at is None or _may_read(comment, note, looking)
    ]
    may_write = note.is_on_the_wall and not over
    if not (lines or may_write):
        return None
    writes = may_write and looking.person_id is not None
    return Panel(lines, over, CommentForm() if writes else None)


@blueprint.post("/<slug:slug>/notes/<id:note_id>/comments")
@named
def comment(slug: str, note_id: int) -> ResponseReturnValue:
    conference, author = conference_or_404(slug), signed_in_person()
    found, form = note_or_404(conference, note_id), CommentForm.typed()
    if not _is_taken(form):
        return form_again("wall/comment.html", active="wall", conference=conference, note=found, form=form)

    COMMENTS.spend(author.id)
    posted = service.post_comment(db.session(), conference, found, author, form.text.data, now=utcnow())
    db.commit()
    return see_other(_address(slug, posted))


@blueprint.post("/<slug:slug>/comments/<id:comment_id>/delete")
@named
def delete_comment(slug: str, comment_id: int) -> ResponseReturnValue:
    conference, author = conference_or_404(slug), signed_in_person()
    found = _comment_or_404(conference, comment_id)
    if found.author_id != author.id:
        raise NotYours(N_("Only the person who wrote this can delete it."))

    service.delete_comment(db.session(), conference, found, author, now=utcnow())
    db.commit()
    flash(_("Your words are deleted."))
    return see_other(url_for("wall.note", slug=slug, note_id=found.note_id, _anchor="questions"))


@blueprint.get("/<slug:slug>/comments/<id:comment_id>/hide")
@named
def ask_to_hide_comment(slug: str, comment_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found, note = _hideable(conference, comment_id)
    form = HideForm(reason=found.hidden_reason)
    return render_template(
        "wall/hide_comment.html", active="wall", conference=conference, note=note, comment=found, form=form
    )


@blueprint.post("/<slug:slug>/comments/<id:comment_id>/hide")
@named
def hide_comment(slug: str, comment_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), HideForm.typed()
    found, note = _hideable(conference, comment_id)
    if not form.validate():
        return form_again(
            "wall/hide_comment.html", active="wall", conference=conference, note=note, comment=found, form=form
        )

    _refuse_against_organizers(conference, found)
    service.hide_comment(db.session(), conference, found, signed_in_person(), form.reason.data, now=utcnow())
    db.commit()
    flash(_("It is hidden."))
    return see_other(_address(slug, found))


@blueprint.post("/<slug:slug>/comments/<id:comment_id>/show")
@named
def show_comment(slug: str, comment_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found, _note = _hideable(conference, comment_id)
    _refuse_against_organizers(conference, found)
    service.show_comment(db.session(), conference, found, signed_in_person(), now=utcnow())
    db.commit()
    flash(_("Everybody can see it again."))
    return see_other(_address(slug, found))


def _is_taken(form: CommentForm) -> bool:
    """Whether the form may be taken; its messages say why not."""
    fine, caught = form.validate(), honeypot.check(request.form)
    if caught is not None:
        form.refuse("", caught)
    return fine and caught is None


def _line(comment: Comment, note: Note, looking: Viewer) -> Line:
    author: Person | None = comment.author
    is_mine = looking.person_id is not None and comment.author_id == looking.person_id
    can_hide = looking.is_organizer or (comment.note_id == note.id and _may_hide(note, looking))
    return Line(
        id=comment.id, note_id=comment.note_id, by="" if author is None else author.name, text=comment.text,
        posted_at=comment.posted_at,
        is_host=note.is_presented_by(comment.author_id),
        is_mine=is_mine, is_hidden=comment.hidden_at is not None, reason=comment.hidden_reason, can_hide=can_hide,
        may_report=looking.person_id is not None and not (is_mine or can_hide),
    )  # fmt: skip


def _may_hide(note: Note, looking: Viewer) -> bool:
    return looking.is_organizer or note.is_presented_by(looking.person_id)


def _may_read(comment: Comment, note: Note, looking: Viewer) -> bool:
    """Whether somebody may read an entry that is hidden."""
    return _may_hide(note, looking) or (looking.person_id is not None and comment.author_id == looking.person_id)


def _comment_or_404(conference: Conference, comment_id: int) -> Comment:
    """An entry that the asking person can see."""
    found = queries.find_comment(db.session(), conference, comment_id)
    if found is None:
        abort(404)
    note = note_or_404(conference, found.note_id)
    if found.hidden_at is not None and not _may_read(found, note, viewer(conference)):
        abort(404)
    return found


def _hideable(conference: Conference, comment_id: int) -> tuple[Comment, Note]:
    """An entry that the asking person may hide, and its note."""
    found = _comment_or_404(conference, comment_id)
    note = note_or_404(conference, found.note_id)
    if not _may_hide(note, viewer(conference)):
        raise NotYours(N_("Only those who present a note and the organizers can hide what stands under it."))
    return found, note


def _refuse_against_organizers(conference: Conference, comment: Comment) -> None:
    """What an organizer has hidden is not for those who present the note to show again, nor to hide anew."""
    if not viewer(conference).is_organizer and queries.was_hidden_by_an_organizer(db.session(), conference, comment):
        raise NotYours(N_("An organizer has hidden this; only organizers can show it again."))


def _address(slug: str, comment: Comment) -> str:
    return url_for("wall.note", slug=slug, note_id=comment.note_id, _anchor=f"comment-{comment.id}")
