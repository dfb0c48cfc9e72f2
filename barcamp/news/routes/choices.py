"""How somebody wants to hear: by letter, on which browsers, on the pages."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.news import browsers, service, ways
from barcamp.news.forms import ChoiceForm
from barcamp.news.routes.door import blueprint
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person, this_device
from barcamp.web.words import _


@blueprint.get("/news/choices")
@named
def choices() -> ResponseReturnValue:
    person = signed_in_person()
    form = ChoiceForm(obj=ways.of(db.session(), person.id))
    return render_template("news/choices.html", **_page(form))


@blueprint.post("/news/choices")
@named
def choose() -> ResponseReturnValue:
    form = ChoiceForm.typed()
    service.choose(
        db.session(), signed_in_person(), by_mail=form.by_mail.data, by_push=form.by_push.data,
        on_pages=form.on_pages.data, now=utcnow(),
    )  # fmt: skip
    db.commit()
    flash(_("Saved."))
    return see_other(url_for("news.choices"))


@blueprint.post("/news/browsers/<id:subscription_id>/remove")
@named
def remove_browser(subscription_id: int) -> ResponseReturnValue:
    if not browsers.let_go(db.session(), signed_in_person().id, subscription_id):
        abort(404)
    db.commit()
    flash(_("That browser gets no more notifications."))
    return see_other(url_for("news.choices"))


def _page(form: ChoiceForm) -> dict[str, Any]:
    person, here = signed_in_person(), this_device()
    return {
        "form": form,
        "person": person,
        "browsers": browsers.of(db.session(), person.id),
        "here_id": None if here is None else here.id,
        "active": "account",
    }
