"""Registering and signing in: an address, and then a letter (or a password)."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, session, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.people import addresses, codes, passwords, queries
from barcamp.people.forms import PasswordSignInForm, RegisterForm, SignInForm
from barcamp.people.routes.blueprint import (
    blueprint,
    brings,
    has_an_address,
    let_in,
    links,
    next_path,
    secret_key,
)
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me
from barcamp.web.words import _


@blueprint.get("/sign-in")
@anyone
def sign_in() -> ResponseReturnValue:
    if has_an_address(me()):
        return see_other(next_path())
    return render_template("people/sign_in.html", **_sign_in_page())


@blueprint.post("/sign-in")
@anyone
def ask_for_code() -> ResponseReturnValue:
    form = SignInForm.typed()
    if not form.validate():
        return form_again("people/sign_in.html", **_sign_in_page(form=form))
    return _mail_a_code(form.email.data)


@blueprint.get("/register")
@anyone
def register() -> ResponseReturnValue:
    if has_an_address(me()):
        return see_other(next_path())
    return render_template("people/register.html", form=RegisterForm(), next=next_path(), brings=brings())


@blueprint.post("/register")
@anyone
def ask_to_register() -> ResponseReturnValue:
    form = RegisterForm.typed()
    if not form.validate():
        return form_again("people/register.html", form=form, next=next_path(), brings=brings())
    return _mail_a_code(form.email.data, name=form.name.data)


@blueprint.post("/sign-in/password")
@anyone
def sign_in_by_password() -> ResponseReturnValue:
    form, now = PasswordSignInForm.typed(), utcnow()
    if not form.validate():
        return form_again("people/sign_in.html", **_sign_in_page(password_form=form))

    email_key, tries = addresses.key(form.email.data), _tries()
    tries.check(email_key, now)
    with db.reading() as look:
        known = queries.find_person(look, email_key)
    # no session is open here: a hash is slow, and nothing slow may hold the write gate
    if not passwords.is_right(form.password.data, known.password_hash if known else None) or known is None:
        tries.wrong(email_key, now)
        form.refuse("password", _("That address and password do not match."))
        return form_again("people/sign_in.html", **_sign_in_page(password_form=form))
    tries.right(email_key)
    return let_in(known, next_path())


def _sign_in_page(**forms: Any) -> dict[str, Any]:
    return {
        "form": SignInForm(), "password_form": PasswordSignInForm(), "next": next_path(), "brings": brings(), **forms,
    }  # fmt: skip


def _mail_a_code(email: str, *, name: str = "") -> ResponseReturnValue:
    """The same answer for every address, known or not."""
    codes.ask(db.session(), email, name=name, next_path=next_path(), key=secret_key(), links=links(), now=utcnow())
    db.commit()
    session["signing_in"] = email
    return see_other(url_for("people.code"))


def _tries() -> passwords.Tries:
    found: passwords.Tries = current_app.extensions.setdefault("password_tries", passwords.Tries())
    return found
