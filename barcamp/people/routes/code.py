"""Typing the mailed code, and the name of somebody new."""

from __future__ import annotations

from flask import flash, render_template, session, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.people import addresses, codes, service
from barcamp.people.forms import CodeForm, NameForm
from barcamp.people.models import SignInCode
from barcamp.people.routes import attempts
from barcamp.people.routes.again import has_just_signed_in
from barcamp.people.routes.blueprint import blueprint, has_an_address, is_already_in, let_in, secret_key
from barcamp.web.answers import form_again, safe_path, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me
from barcamp.web.words import _


@blueprint.get("/sign-in/code")
@anyone
def code() -> ResponseReturnValue:
    email = session.get("signing_in")
    if not email:
        return _start_again()
    return render_template("people/code.html", form=CodeForm(), email=email)


@blueprint.post("/sign-in/code")
@anyone
def try_code() -> ResponseReturnValue:
    form, email = CodeForm.typed(), session.get("signing_in")
    if not email:
        return _start_again()
    if not form.validate():
        return form_again("people/code.html", form=form, email=email)
    if is_already_in(addresses.key(email)) and has_just_signed_in():
        return see_other(url_for("home.index"))

    guess = codes.guess(db.session(), session.get("asked"), email, form.digits(), key=secret_key(), now=utcnow())
    if guess.code is None:
        db.commit()
        attempts.wrong("code", addresses.key(email), outcome(guess))
        form.refuse("code", wrong_code(guess))
        return form_again("people/code.html", form=form, email=email)
    answer = go_on(guess.code)
    attempts.right("code")
    return answer


@blueprint.get("/sign-in/name")
@anyone
def name() -> ResponseReturnValue:
    if "proven" not in session:
        return _start_again()
    walk_in = me()
    form = NameForm(name=None if walk_in is None else walk_in.name)
    return render_template("people/name.html", form=form, email=session["proven"]["email"])


@blueprint.post("/sign-in/name")
@anyone
def give_name() -> ResponseReturnValue:
    form, proven = NameForm.typed(), session.get("proven")
    if proven is None:
        return _start_again()
    if not form.validate():
        return form_again("people/name.html", form=form, email=proven["email"])
    if is_already_in(addresses.key(proven["email"])):
        return see_other(safe_path(proven["next"], url_for("home.index")))

    person = service.finish(db.session(), proven["code"], form.name.data, now=utcnow())
    return let_in(person, proven["next"])


def go_on(used: SignInCode) -> ResponseReturnValue:
    """After a right code or a used link: sign in, or ask somebody new for a name."""
    person = service.person_of(db.session(), used, now=utcnow())
    if person is not None:
        return let_in(person, used.next_path)
    db.commit()
    session.clear()
    session["proven"] = {"code": used.id, "email": used.email, "next": used.next_path}
    return see_other(url_for("people.name"))


def wrong_code(guess: codes.Guess) -> str:
    if guess.only_links:
        return _("Too many wrong codes were typed for this address today. Please open the link in the letter instead.")
    if guess.guesses_left == 0:
        return _("That is not the code, or it no longer works. Please ask for a new one.")
    return _("That is not the code. Please look at the newest letter and try again.")


def outcome(guess: codes.Guess) -> attempts.Failure:
    """What the log says of a guess that was wrong, or that nobody looked at any more."""
    return "too-many" if guess.only_links else "wrong"


def _start_again() -> ResponseReturnValue:
    db.rollback()
    if has_an_address(me()):
        return see_other(url_for("home.index"))
    flash(_("Please start with your e-mail address."))
    return see_other(url_for("people.sign_in"))
