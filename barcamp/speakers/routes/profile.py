"""A speaker's own page about their page: making it, what it says, who sees it, who will be there."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.errors import Refused
from barcamp.speakers import page, queries, service, talks, visits
from barcamp.speakers.forms import PictureForm, ProfileForm
from barcamp.speakers.models import Speaker
from barcamp.speakers.routes.door import all_lines, blueprint, card, own_page
from barcamp.speakers.routes.page import embed_snippet, span
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import signed_in, signed_in_person
from barcamp.web.words import _, told


@blueprint.get("/account/speaker")
@signed_in
def profile() -> ResponseReturnValue:
    person = signed_in_person()
    speaker = queries.find_own(db.session(), person.id)
    if speaker is None:
        has_spoken = queries.has_spoken(db.session(), person.id)
        return render_template("speakers/make.html", has_spoken=has_spoken, active="account")
    return render_template("speakers/profile.html", **profile_page(speaker, ProfileForm.of(speaker)))


@blueprint.post("/account/speaker/make")
@signed_in
def make_page() -> ResponseReturnValue:
    service.make_page(db.session(), signed_in_person(), now=utcnow())
    db.commit()
    flash(_("Your page is made. So far only you see it."))
    return see_other(url_for("speakers.profile"))


@blueprint.post("/account/speaker")
@signed_in
def change_profile() -> ResponseReturnValue:
    speaker, form = own_page(), ProfileForm.typed()
    if not form.validate():
        return _profile_again(form)
    try:
        service.change_profile(
            db.session(), speaker, slug=form.slug.data, bio=form.bio.data, links=form.chosen_links,
            visits_open=form.visits_open.data, now=utcnow(),
        )  # fmt: skip
    except Refused as refusal:
        form.refuse("slug", told(refusal))
        answer, _status = _profile_again(form)
        return answer, refusal.status
    talks.renew(db.session(), speaker.person_id, now=utcnow())
    db.commit()
    flash(_("Your page is saved."))
    return see_other(url_for("speakers.profile"))


@blueprint.post("/account/speaker/show")
@signed_in
def show_page() -> ResponseReturnValue:
    service.show_page(db.session(), own_page(), now=utcnow())
    db.commit()
    flash(_("Everybody can see your page now."))
    return see_other(url_for("speakers.profile"))


@blueprint.post("/account/speaker/hide")
@signed_in
def hide_page() -> ResponseReturnValue:
    service.hide_page(db.session(), own_page(), now=utcnow())
    db.commit()
    flash(_("Only you see your page now."))
    return see_other(url_for("speakers.profile"))


def profile_page(speaker: Speaker, form: ProfileForm, picture_form: PictureForm | None = None) -> dict[str, Any]:
    """What the page needs; the forms are as they were sent, or as things stand."""
    session, person = db.session(), signed_in_person()
    coming, over = page.split(page.stops(all_lines(speaker)), utcnow())
    picture = queries.picture_etag(session, speaker.person_id)
    return {
        "speaker": speaker,
        "form": form,
        "picture_form": picture_form or PictureForm(),
        "picture": picture,
        "name": person.name,
        "coming": coming,
        "over": over,
        "expected": visits.expected(queries.visits(session, speaker.person_id), coming),
        "embed": embed_snippet(card(speaker, person.name, picture)),
        "span": span,
        "active": "account",
    }


def _profile_again(form: ProfileForm) -> tuple[str, int]:
    """422: what was typed, with its messages, after the gate is open again."""
    db.rollback()
    return form_again("speakers/profile.html", **profile_page(own_page(), form))
