"""Inviting a co-host, and joining by an invitation.

An invitation's address is a secret. The pages that show one or lead on from one are kept by nobody and name no
referrer, and while somebody signs in on the way the token waits in a cookie of this one address, not in a `next`.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, abort, current_app, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import N_, NotYours, Refused
from barcamp.people.codes import link_hash
from barcamp.schedule.publishing import follow
from barcamp.wall import queries, service
from barcamp.wall.errors import InvitationGone, NoteIsOff, TooManyLetters
from barcamp.wall.forms import InvitationForm
from barcamp.wall.models import Note
from barcamp.wall.routes.door import blueprint, note_or_404, viewer
from barcamp.web import qr
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me, named, signed_in, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told

COOKIE = "barcamp_invitation"  # an invitation on its way through the sign-in
COOKIE_LIVES = timedelta(hours=1)


@blueprint.get("/<slug:slug>/notes/<id:note_id>/invitations")
@named
def invitations(slug: str, note_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    note = _note_with_invitations(conference, note_id)
    return render_template("wall/invitations.html", **_invitations_page(conference, note, InvitationForm()))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/invitations")
@named
def invite(slug: str, note_id: int) -> ResponseReturnValue:
    """Make a link and show it on the page that answers: it cannot be shown again."""
    conference, now = conference_or_404(slug), utcnow()
    note = _own_note(conference, note_id)
    made = service.invite(db.session(), conference, note, signed_in_person(), now=now)
    db.commit()
    note = _note_with_invitations(conference, note_id)
    address = url_for("wall.join", slug=slug, note_id=note_id, token=made.token, _external=True)
    page = _invitations_page(conference, note, InvitationForm())
    code = qr.svg(address, css_class="qr invitation-qr")
    return _secret(render_template("wall/invitations.html", **page, address=address, code=code))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/invitations/mail")
@signed_in
def mail_invitation(slug: str, note_id: int) -> ResponseReturnValue:
    """Mail a link. For people with a proven address only: whoever writes to strangers can be found."""
    conference, host, form = conference_or_404(slug), signed_in_person(), InvitationForm.typed()
    note = _own_note(conference, note_id)
    if not form.validate():
        return form_again("wall/invitations.html", **_invitations_page(conference, note, form))

    def link(token: str) -> str:
        return db.base_url(db.session()) + url_for("wall.join", slug=slug, note_id=note_id, token=token)

    try:
        service.invite_by_mail(db.session(), conference, note, host, form.email.data, link=link, now=utcnow())
    except TooManyLetters as refusal:
        return _form_with(refusal, conference, note, form)
    db.commit()
    flash(_("The invitation is on its way to {address}.").format(address=form.email.data))
    return see_other(url_for("wall.invitations", slug=slug, note_id=note_id))


@blueprint.post("/<slug:slug>/invitations/<id:invitation_id>/revoke")
@named
def revoke_invitation(slug: str, invitation_id: int) -> ResponseReturnValue:
    conference, actor = conference_or_404(slug), signed_in_person()
    found = queries.find_invitation(db.session(), conference, invitation_id)
    if found is None:
        abort(404)
    note_id = found.note_id
    _note_with_invitations(conference, note_id)
    service.revoke(db.session(), conference, found, actor, now=utcnow())
    db.commit()
    flash(_("That invitation leads nowhere now."))
    return see_other(url_for("wall.invitations", slug=slug, note_id=note_id))


# ---- and as those see it who are invited --------------------------------------------------------------------------


@blueprint.get("/<slug:slug>/notes/<id:note_id>/join/<token>")
@anyone
def join(slug: str, note_id: int, token: str) -> ResponseReturnValue:
    """What one is invited to, and one button. A guest takes the token along to the sign-in as a cookie."""
    conference = conference_or_404(slug)
    note = _invited_to(conference, note_id, token)
    person = me()
    presents = note.is_presented_by(None if person is None else person.id)
    try:
        if not presents:
            service.look_at_invitation(db.session(), note, token, now=utcnow())
    except InvitationGone as refusal:
        return _gone(conference, note, refusal)
    if not note.is_on_the_wall:
        raise NoteIsOff
    answer = _secret(
        render_template("wall/join.html", **_join_page(conference, note), token=token, presents=presents)
    )  # fmt: skip
    if person is None:
        answer.set_cookie(
            _cookie(), token, max_age=COOKIE_LIVES, path=url_for("wall.join_on", slug=slug, note_id=note_id),
            httponly=True, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"],
        )  # fmt: skip
    return answer


@blueprint.get("/<slug:slug>/notes/<id:note_id>/join")
@named
def join_on(slug: str, note_id: int) -> ResponseReturnValue:
    """Where somebody who has just signed in goes on with the invitation that this browser keeps."""
    conference = conference_or_404(slug)
    token = request.cookies.get(_cookie(), "")
    note = _invited_to(conference, note_id, token)
    if token:
        return _secret(see_other(url_for("wall.join", slug=slug, note_id=note_id, token=token)))
    return _secret(render_template("wall/join_again.html", active="wall", conference=conference, note=note))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/join/<token>")
@named
def accept(slug: str, note_id: int, token: str) -> ResponseReturnValue:
    conference, person, session, now = conference_or_404(slug), signed_in_person(), db.session(), utcnow()
    note = _invited_to(conference, note_id, token)
    try:
        service.join(session, conference, note, person, token, now=now)
    except InvitationGone as refusal:
        db.rollback()
        return _gone(conference, _invited_to(conference, note_id, token), refusal)
    follow(session, conference, person, notes=[note_id], now=now)
    db.commit()
    flash(_("You present this now, too."))
    answer = _secret(see_other(url_for("wall.note", slug=slug, note_id=note_id)))
    answer.delete_cookie(
        _cookie(), path=url_for("wall.join_on", slug=slug, note_id=note_id),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
    return answer


def _own_note(conference: Conference, note_id: int) -> Note:
    """A note on the wall that the asking person presents."""
    note, person = note_or_404(conference, note_id), signed_in_person()
    if not note.is_presented_by(person.id):
        raise NotYours(N_("Only those who present a note can invite others to."))
    if not note.is_on_the_wall:
        raise NoteIsOff
    return note


def _note_with_invitations(conference: Conference, note_id: int) -> Note:
    """A note whose invitations the asking person may see and take back."""
    note, looking = note_or_404(conference, note_id), viewer(conference)
    if not (looking.is_organizer or note.is_presented_by(looking.person_id)):
        raise NotYours(N_("Only those who present a note and the organizers see its invitations."))
    return note


def _invited_to(conference: Conference, note_id: int, token: str) -> Note:
    """A note whether or not the asking person could find it: the invitation, be it a used one, is what shows it to
    them. Who has none finds what everybody does.
    """
    note = queries.find_whole_note(db.session(), conference, note_id)
    if note is None or queries.find_invitation_by_token(db.session(), note, link_hash(token)) is None:
        return note_or_404(conference, note_id)
    return note


def _invitations_page(conference: Conference, note: Note, form: InvitationForm) -> dict[str, object]:
    looking, person = viewer(conference), me()
    return {
        "active": "wall", "conference": conference, "note": note, "form": form,
        "open": queries.open_invitations(db.session(), note, looking.now),
        "can_invite": note.is_presented_by(looking.person_id) and note.is_on_the_wall,
        "can_mail": person is not None and not person.is_walk_in,
    }  # fmt: skip


def _join_page(conference: Conference, note: Note) -> dict[str, object]:
    looking = viewer(conference)
    return {
        "active": "wall", "conference": conference, "note": note, "card": looking.card(note, starred=False),
        "hosts": ", ".join(note.presenters),
    }  # fmt: skip


def _gone(conference: Conference, note: Note, refusal: Refused) -> ResponseReturnValue:
    """The words for an invitation that leads nowhere; without the note, which its holder may not be meant to see."""
    answer = _secret(
        render_template("wall/invitation_gone.html", active="wall", conference=conference, words=told(refusal))
    )
    answer.status_code = refusal.status
    return answer


def _form_with(refusal: Refused, conference: Conference, note: Note, form: InvitationForm) -> ResponseReturnValue:
    form.refuse("", told(refusal))
    page, _status = form_again("wall/invitations.html", **_invitations_page(conference, note, form))
    return page, refusal.status


def _cookie() -> str:
    """Its name. It is for one address below the site, so browsers would refuse the stricter prefix "__Host-"."""
    return f"__Secure-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def _secret(body: ResponseReturnValue) -> Response:
    """An answer that shows a token, or whose address holds one."""
    answer = make_response(body)
    answer.headers["Cache-Control"] = "private, no-store"
    # not "no-referrer": with it, browsers send the page's own form as if it came from nowhere
    answer.headers["Referrer-Policy"] = "strict-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
