"""Registering and signing in: an address, and then a letter (or a password)."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.people import addresses, codes, passwords, queries, service
from barcamp.people.forms import PasswordSignInForm, RegisterForm, SignInForm
from barcamp.people.routes import attempts, tries
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
    if has_an_address(me()) and "again" not in request.args:
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
    form = PasswordSignInForm.typed()
    if not form.validate():
        return form_again("people/sign_in.html", **_sign_in_page(password_form=form))

    email_key = addresses.key(form.email.data)
    tries.count(email_key)
    with db.reading() as look:
        known = queries.find_person(look, email_key)
    # no session is open here: a hash is slow, and nothing slow may hold the write gate
    kept = known.password_hash if known else None
    if not passwords.is_right(form.password.data, kept) or known is None or kept is None:
        attempts.wrong("password", email_key)
        form.refuse("password", _("That address and password do not match."))
        return form_again("people/sign_in.html", **_sign_in_page(password_form=form))
    renewed = passwords.renewed(form.password.data, kept)
    if renewed is not None:
        service.renew_hash(db.session(), known.id, old=kept, new=renewed)
    answer = let_in(known, next_path())
    attempts.right("password")
    tries.remember(answer, email_key)
    return answer


def _sign_in_page(**forms: Any) -> dict[str, Any]:
    return {
        "form": SignInForm(), "password_form": PasswordSignInForm(), "next": next_path(), "brings": brings(), **forms,
    }  # fmt: skip


def _mail_a_code(email: str, *, name: str = "") -> ResponseReturnValue:
    """The same answer for every address, known or not."""
    row = codes.ask(
        db.session(), email, name=name, next_path=next_path(), replaces=session.get("asked"), key=secret_key(),
        links=links(), now=utcnow(),
    )  # fmt: skip
    db.commit()
    session["signing_in"], session["asked"] = email, row.id
    return see_other(url_for("people.code"))
