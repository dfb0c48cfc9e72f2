"""The account page: name, address, password, devices, one's data."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.home import queries as home
from barcamp.people import passwords, queries, service, weak
from barcamp.people.forms import AddressForm, NameForm, NewPasswordForm
from barcamp.people.routes import again, presenting
from barcamp.people.routes.blueprint import blueprint
from barcamp.speakers import queries as speaking
from barcamp.speakers import service as speakers
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in, signed_in_person, this_device
from barcamp.web.words import _


@blueprint.get("/account")
@named
def account() -> ResponseReturnValue:
    return render_template("people/account.html", **account_page())


@blueprint.post("/account/name")
@named
def rename() -> ResponseReturnValue:
    form, person, now = NameForm.typed(), signed_in_person(), utcnow()
    if not form.validate():
        return form_again("people/account.html", **account_page(name_form=form))
    service.rename(db.session(), person, form.name.data)
    walls = presenting.conferences_of(db.session(), person.id)
    presenting.tell(db.session(), walls, person, "presenter-renamed", f"person:{person.id}", now=now)
    speakers.touch(db.session(), person.id, now=now)
    db.commit()
    flash(_("Your name is changed."))
    return see_other(url_for("people.account"))


@blueprint.post("/account/password")
@signed_in
def set_password() -> ResponseReturnValue:
    form, person, here = NewPasswordForm.typed(), signed_in_person(), this_device()
    if elsewhere := again.first(url_for("people.account", _anchor="your-password")):
        return elsewhere
    assert here is not None
    if form.validate() and weak.is_weak(form.password.data, person.name, person.email or ""):
        form.refuse("password", _("Others would try this one early. Please take another, such as a few words."))
    person_id, here_id = person.id, here.id
    db.rollback()  # a hash is slow: the write gate stays open for others meanwhile
    if form.errors:
        return form_again("people/account.html", **account_page(password_form=form))
    password_hash = passwords.make_hash(form.password.data)
    with db.store().writing() as writing:
        service.set_password(writing, person_id, password_hash)
        service.end_devices(writing, person_id, but=here_id)
    flash(_("Your password is set. Other browsers that were signed in are signed out."))
    return see_other(url_for("people.account"))


@blueprint.post("/account/password/remove")
@signed_in
def remove_password() -> ResponseReturnValue:
    person_id = signed_in_person().id
    if elsewhere := again.first(url_for("people.account", _anchor="your-password")):
        return elsewhere
    service.set_password(db.session(), person_id, None)
    db.commit()
    flash(_("Your password is removed. You sign in with a mailed code."))
    return see_other(url_for("people.account"))


def account_page(**forms: Any) -> dict[str, Any]:
    """What the account page needs; `forms` are those that were sent and go back with messages."""
    person, here = signed_in_person(), this_device()
    return {
        "person": person,
        "conferences": home.conferences_of(db.session(), person.id),
        "devices": queries.devices(db.session(), person.id),
        "speaker": speaking.find_own(db.session(), person.id),
        "has_spoken": speaking.has_spoken(db.session(), person.id),
        "here_id": None if here is None else here.id,
        "name_form": NameForm(name=person.name),
        "email_form": AddressForm(),
        "password_form": NewPasswordForm(),
        **forms,
    }
