"""Giving a schedule from elsewhere, looking at what it would make here, taking or leaving it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.imports import queries, service, words
from barcamp.imports.forms import GivenForm
from barcamp.imports.models import Import
from barcamp.imports.routes.door import blueprint
from barcamp.imports.understand import MOST_BYTES
from barcamp.schedule import publishing
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, ngettext, told

#: Of a request with a file: somewhat more than a file may have, so that the form can say what is wrong.
MOST_SENT = MOST_BYTES + 1024 * 1024


@blueprint.url_value_preprocessor
def take_a_larger_body(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the body: at this one address it may be large."""
    if endpoint == "imports.give" and request.method == "POST":
        request.max_content_length = MOST_SENT


@blueprint.get("/<slug:slug>/organize/imports")
@organizer
def listing(slug: str) -> ResponseReturnValue:
    return render_template("imports/list.html", **_list(conference_or_404(slug), GivenForm()))


@blueprint.post("/<slug:slug>/organize/imports")
@organizer
def give(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), GivenForm.typed()
    sent = request.files.get("file")
    content = sent.read(MOST_BYTES + 1) if sent else b""
    if sent:
        sent.close()
    given = form.given(sent.filename or "" if sent else "", content) if form.validate() else None
    if given is None:
        db.rollback()
        return form_again("imports/list.html", **_list(conference, form))
    try:
        row = service.ask(db.session(), conference, signed_in_person(), *given, now=utcnow())
    except Refused as refusal:
        form.refuse("", told(refusal))
        db.rollback()
        return form_again("imports/list.html", **_list(conference, form))
    import_id = row.id
    db.commit()
    return see_other(url_for("imports.show", slug=slug, import_id=import_id))


@blueprint.get("/<slug:slug>/organize/imports/<id:import_id>")
@organizer
def show(slug: str, import_id: int) -> ResponseReturnValue:
    return _page(conference_or_404(slug), import_id)


@blueprint.post("/<slug:slug>/organize/imports/<id:import_id>/take")
@organizer
def take(slug: str, import_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    _import_or_404(conference, import_id)
    digest, now = request.form.get("digest", ""), utcnow()
    try:
        plan, touched = service.take(db.session(), conference, signed_in_person(), import_id, digest=digest, now=now)
        publishing.follow(db.session(), conference, signed_in_person(), notes=touched, now=now)
    except Refused as refusal:
        db.rollback()
        return _page(conference, import_id, refusal)
    db.commit()
    count = len(plan.of_kind("new")) + len(plan.of_kind("changed"))
    flash(ngettext("Taken: %(num)s note.", "Taken: %(num)s notes.", count) % {"num": count} if count else _("Taken."))
    return see_other(url_for("board.show", slug=slug))


@blueprint.post("/<slug:slug>/organize/imports/<id:import_id>/discard")
@organizer
def discard(slug: str, import_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    row = _import_or_404(conference, import_id)
    try:
        service.discard(db.session(), conference, row, now=utcnow())
    except Refused as refusal:
        db.rollback()
        return _page(conference, import_id, refusal)
    db.commit()
    flash(_("Discarded. Nothing of it was taken."))
    return see_other(url_for("imports.listing", slug=slug))


def _import_or_404(conference: Conference, import_id: int, *, whole: bool = False) -> Import:
    return queries.find_import(db.session(), conference, import_id, whole=whole) or abort(404)


def _page(conference: Conference, import_id: int, refusal: Refused | None = None) -> ResponseReturnValue:
    """One import: what it waits for, what it would do now, or what became of it."""
    row = _import_or_404(conference, import_id, whole=True)
    plan = service.preview(db.session(), conference, row, now=utcnow()) if row.state == "ready" else None
    report = row.report or {}
    page = render_template(
        "imports/show.html",
        row=row,
        plan=plan,
        why=words.sentence(report["why"]) if "why" in report else "",
        title=report.get("title", ""),
        not_read=[words.sentence(said) for said in report.get("said", ())],
        more=report.get("more", 0),
        not_taken=[] if plan is None else [words.sentence(said) for said in plan.said],
        refusal=None if refusal is None else told(refusal),
        words=words,
    )
    return page, 200 if refusal is None else refusal.status


def _list(conference: Conference, form: GivenForm) -> dict[str, Any]:
    return {"form": form, "rows": queries.imports(db.session(), conference), "words": words}
