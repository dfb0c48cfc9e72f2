"""Changing one's address: first a code to the new one, then the change."""

from __future__ import annotations

from flask import flash, render_template, session, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.people import addresses, codes, service
from barcamp.people.forms import AddressForm, CodeForm
from barcamp.people.routes import again, attempts
from barcamp.people.routes.account import account_page
from barcamp.people.routes.blueprint import blueprint, links, secret_key
from barcamp.people.routes.code import outcome, wrong_code
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import signed_in, signed_in_person
from barcamp.web.words import _


@blueprint.post("/account/email")
@signed_in
def ask_for_address() -> ResponseReturnValue:
    form, person = AddressForm.typed(), signed_in_person()
    if elsewhere := again.first(url_for("people.account", _anchor="your-address")):
        return elsewhere
    if form.validate() and addresses.key(form.email.data) == person.email_key:
        form.refuse("email", _("This is your address already."))
    if form.errors:
        return form_again("people/account.html", **account_page(email_form=form))

    before = session.get("new_address_code")
    row = codes.ask_for_address(db.session(), person, form.email.data, replaces=before, key=secret_key(), now=utcnow())
    db.commit()
    session["new_address"], session["new_address_code"] = form.email.data, row.id
    return see_other(url_for("people.address_code"))


@blueprint.get("/account/email/code")
@signed_in
def address_code() -> ResponseReturnValue:
    email = session.get("new_address")
    if not email:
        return see_other(url_for("people.account"))
    return render_template("people/address_code.html", form=CodeForm(), email=email)


@blueprint.post("/account/email/code")
@signed_in
def change_address() -> ResponseReturnValue:
    form, person, email = CodeForm.typed(), signed_in_person(), session.get("new_address")
    if not email:
        return see_other(url_for("people.account"))
    if not form.validate():
        return form_again("people/address_code.html", form=form, email=email)

    asked = session.get("new_address_code")
    guess = codes.guess_for_address(db.session(), person, asked, email, form.digits(), key=secret_key(), now=utcnow())
    if guess.code is None:
        db.commit()
        attempts.wrong("address-code", addresses.key(email), outcome(guess))
        form.refuse("code", wrong_code(guess))
        return form_again("people/address_code.html", form=form, email=email)
    service.change_address(db.session(), person, email, links=links(), now=utcnow())
    db.commit()
    attempts.right("address-code")
    session.pop("new_address")
    session.pop("new_address_code", None)
    flash(_("Your address is changed."))
    return see_other(url_for("people.account"))
