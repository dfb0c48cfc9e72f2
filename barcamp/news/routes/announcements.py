"""What organizers say to people: written, counted before it is sent, and what was told so far."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.news import announcing, service
from barcamp.news.forms import AnnouncementForm, QuietForm
from barcamp.news.routes.door import blueprint
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, locale, ngettext, told

MOST_PAGES = 1000


@blueprint.get("/<slug:slug>/organize/news")
@organizer
def announcements(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    return render_template("news/announcements.html", **_page(conference))


@blueprint.post("/<slug:slug>/organize/news")
@organizer
def announce(slug: str) -> ResponseReturnValue:
    """The first time, how many will hear of it; with `sure`, they do."""
    conference, form, now = conference_or_404(slug), AnnouncementForm.typed(), utcnow()
    _offer(form, conference)
    if not form.validate():
        return form_again("news/announcements.html", **_page(conference, form))
    if form.change.data:
        return render_template("news/announcements.html", **_page(conference, form))
    session, (audience, audience_id) = db.session(), form.audience
    said = (form.title.data, form.text.data, audience, audience_id)
    if not form.sure.data:
        reach = service.reach(session, conference, audience, audience_id, now=now)
        db.rollback()
        return render_template("news/preview.html", **_page(conference, form), reach=reach, to=_to(form))
    if announcing.was_just_said(session, conference, *said, now=now):
        return see_other(url_for("news.announcements", slug=slug))
    try:
        readers = service.announce(session, conference, signed_in_person(), *said, now=now).readers
    except Refused as refusal:
        form.refuse("", told(refusal))
        db.rollback()
        answer = render_template("news/announcements.html", **_page(conference, form))
        return answer, refusal.status
    db.commit()
    flash(ngettext("It is on its way to {n} person.", "It is on its way to {n} people.", readers).format(n=readers))
    return see_other(url_for("news.announcements", slug=slug))


@blueprint.post("/<slug:slug>/organize/news/quiet")
@organizer
def set_quiet(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), QuietForm.typed()
    if not form.validate():
        return form_again("news/announcements.html", **_page(conference, quiet=form))
    minutes = form.news_quiet_minutes.data
    assert minutes is not None  # the form has seen to it
    service.set_quiet(db.session(), conference, signed_in_person(), minutes, now=utcnow())
    db.commit()
    flash(_("Saved."))
    return see_other(url_for("news.announcements", slug=slug))


def _page(
    conference: Conference, form: AnnouncementForm | None = None, *, quiet: QuietForm | None = None
) -> dict[str, Any]:
    if form is None:
        form = AnnouncementForm(to=request.args.get("to", "everybody"))
        _offer(form, conference)
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    bulletins, is_last = announcing.said(db.session(), conference, number, locale=str(locale()))
    return {
        "form": form,
        "quiet": quiet or QuietForm(obj=conference),
        "bulletins": bulletins,
        "number": number,
        "is_last": is_last,
        "here": "news",
        "active": "organize",
    }


def _offer(form: AnnouncementForm, conference: Conference) -> None:
    form.offer(announcing.rooms(db.session(), conference), announcing.sessions(db.session(), conference))


def _to(form: AnnouncementForm) -> str:
    """Whom it is for, as the form calls them."""
    choices: dict[str, list[tuple[str, str]]] = form.to.choices
    return next(label for those in choices.values() for value, label in those if value == form.to.data)
