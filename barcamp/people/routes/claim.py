"""Claiming: a walk-in proves an address, and what they did in this browser is theirs everywhere."""

from __future__ import annotations

from flask import flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from barcamp import db
from barcamp.people import addresses, codes, queries, service
from barcamp.people.errors import AddressTaken
from barcamp.people.forms import AddressForm, CodeForm
from barcamp.people.models import Person
from barcamp.people.routes import attempts, merge
from barcamp.people.routes.blueprint import blueprint, let_in, links, secret_key
from barcamp.people.routes.code import outcome, wrong_code
from barcamp.web.answers import form_again, safe_path, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.words import _


@blueprint.get("/account/claim")
@named
def claim() -> ResponseReturnValue:
    return _not_a_walk_in() or _page(AddressForm())


@blueprint.post("/account/claim")
@named
def ask_to_claim() -> ResponseReturnValue:
    """The same answer for every address, known or not: what becomes of it shows once the address is proven."""
    elsewhere, form = _not_a_walk_in(), AddressForm.typed()
    if elsewhere:
        return elsewhere
    if not form.validate():
        db.rollback()
        return _page(form), 422

    before = session.get("claiming", {}).get("code")
    row = codes.ask_for_address(
        db.session(), signed_in_person(), form.email.data, replaces=before, key=secret_key(), now=utcnow()
    )
    db.commit()
    session["claiming"] = {"email": form.email.data, "next": _next(), "code": row.id}
    return see_other(url_for("people.claim_code"))


@blueprint.get("/account/claim/code")
@named
def claim_code() -> ResponseReturnValue:
    claiming = session.get("claiming")
    elsewhere = _not_a_walk_in()
    if elsewhere or not claiming:
        return elsewhere or see_other(url_for("people.claim"))
    return render_template("people/claim_code.html", form=CodeForm(), email=claiming["email"])


@blueprint.post("/account/claim/code")
@named
def prove_claim() -> ResponseReturnValue:
    form, person, claiming, elsewhere = CodeForm.typed(), signed_in_person(), session.get("claiming"), _not_a_walk_in()
    if elsewhere or not claiming:
        return elsewhere or see_other(url_for("people.claim"))
    email = claiming["email"]
    if not form.validate():
        return form_again("people/claim_code.html", form=form, email=email)

    guess = codes.guess_for_address(
        db.session(), person, claiming.get("code"), email, form.digits(), key=secret_key(), now=utcnow()
    )
    if guess.code is None:
        db.commit()
        attempts.wrong("address-code", addresses.key(email), outcome(guess))
        form.refuse("code", wrong_code(guess))
        return form_again("people/claim_code.html", form=form, email=email)
    answer = _claimed(person, email, claiming["next"])
    attempts.right("address-code")
    return answer


def _claimed(person: Person, email: str, wanted: str) -> Response:
    """The address is proven: it becomes theirs, or what they did goes to whoever has it. The browser gets a new token
    in either case, so that one known from before opens nothing.
    """
    try:
        service.change_address(db.session(), person, email, links=links(), now=utcnow())
    except AddressTaken:
        owner = queries.find_person(db.session(), addresses.key(email))
        assert owner is not None
        return let_in(owner, wanted)
    answer = let_in(person, wanted)
    flash(_("{email} is yours now: sign in with it wherever you are.").format(email=email))
    return answer


def _not_a_walk_in() -> ResponseReturnValue | None:
    """Where somebody goes on who has an address already: the second half of a double click finds it so."""
    return None if signed_in_person().is_walk_in else see_other(_next())


def _next() -> str:
    return safe_path(request.values.get("next"), url_for("people.account"))


def _page(form: AddressForm) -> str:
    person = signed_in_person()
    brings = merge.what_comes_along(db.session(), person.id)
    return render_template("people/claim.html", form=form, brings=brings, next=_next(), active="account")
