"""Where somebody is signed in, and ending it: here, there or everywhere."""

from __future__ import annotations

from flask import Response, abort, flash, session, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.people import queries, service
from barcamp.people.routes.blueprint import blueprint
from barcamp.web import guard
from barcamp.web.answers import see_other
from barcamp.web.guard import anyone, named, signed_in_person, this_device
from barcamp.web.words import _


@blueprint.post("/sign-out")
@anyone
def sign_out() -> ResponseReturnValue:
    device = this_device()
    if device is not None:
        service.end_device(db.session(), device)
    db.commit()
    return _signed_out(_("You are signed out."))


@blueprint.post("/account/devices/<id:device_id>/end")
@named
def end_device(device_id: int) -> ResponseReturnValue:
    device = queries.find_own_device(db.session(), signed_in_person().id, device_id) or abort(404)
    here = this_device()
    service.end_device(db.session(), device)
    db.commit()
    if here is not None and device.id == here.id:
        return _signed_out(_("You are signed out."))
    flash(_("That browser is signed out."))
    return see_other(url_for("people.account", _anchor="devices"))


@blueprint.post("/account/sign-out-everywhere")
@named
def sign_out_everywhere() -> ResponseReturnValue:
    service.end_devices(db.session(), signed_in_person().id)
    db.commit()
    return _signed_out(_("You are signed out everywhere."))


def _signed_out(words: str) -> ResponseReturnValue:
    session.clear()
    flash(words)
    response = see_other(url_for("home.index"))
    assert isinstance(response, Response)
    guard.forget(response)
    return response
