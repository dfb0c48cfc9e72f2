"""The organizers' list: totals, counts for T-shirts and the kitchen, everybody by name, and the same as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from flask import Response, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.slugs import clean_line
from barcamp.core.tables import csv_bytes
from barcamp.core.times import to_wall, zone_name
from barcamp.registration import queries, service
from barcamp.registration.models import Registration, RegistrationState
from barcamp.registration.routes.door import blueprint
from barcamp.registration.words import DIET_WORDS, STATE_WORDS, meal_words
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import helper, organizer, roles, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _

PER_PAGE = 100
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for by its address; "" is everybody."""

    q: str
    state: RegistrationState | None
    page: int

    @classmethod
    def asked(cls) -> Wanted:
        state = request.args.get("state", "")
        return cls(
            q=clean_line(request.args.get("q", ""))[:LONGEST_SEARCH],
            state=next((one for one in get_args(RegistrationState) if one == state), None),
            page=min(max(request.args.get("page", 1, type=int), 1), 1_000_000),
        )

    def url(self, conference: Conference, **other: Any) -> str:
        names: dict[str, Any] = {"q": self.q or None, "state": self.state, **other}
        return url_for("registration.listing", slug=conference.slug, **names)


@blueprint.get("/<slug:slug>/organize/registrations")
@helper
def listing(slug: str) -> ResponseReturnValue:
    conference, session, wanted = conference_or_404(slug), db.session(), Wanted.asked()
    # addresses and what somebody wrote to the kitchen were told to the organizers, not to every helper
    is_organizer = "organizer" in roles(conference.id)
    ids = queries.matching_ids(session, conference, state=wanted.state, q=wanted.q, by_email=is_organizer)
    pages = max(-(-len(ids) // PER_PAGE), 1)
    page = min(wanted.page, pages)
    totals = queries.totals(session, conference)
    return render_template(
        "registration/listing.html",
        active="organize",
        conference=conference,
        is_organizer=is_organizer,
        is_over=service.is_over(conference, utcnow()),
        wanted=wanted,
        totals=totals,
        filters=_filters(conference, wanted, totals),
        found=len(ids),
        rows=queries.listed(session, conference, ids[(page - 1) * PER_PAGE : page * PER_PAGE]),
        page=page,
        pages=pages,
        previous_url=wanted.url(conference, page=page - 1) if page > 1 else None,
        next_url=wanted.url(conference, page=page + 1) if page < pages else None,
        state_words=STATE_WORDS,
        shirts=queries.shirt_counts(session, conference),
        meals=_meal_lines(conference),
        diets=[(DIET_WORDS[diet], count) for diet, count in queries.diet_counts(session, conference).items()],
        diet_notes=queries.diet_notes(session, conference) if is_organizer else [],
    )


@blueprint.get("/<slug:slug>/organize/registrations.csv")
@organizer
def download(slug: str) -> ResponseReturnValue:
    conference, session = conference_or_404(slug), db.session()
    several_days = conference.ends_on > conference.starts_on
    meals = {
        meal.id: meal_words(meal, conference.zone, with_day=several_days)
        for meal in queries.meal_slots(session, conference)
    }
    header = [
        _("Name"), _("E-mail"), _("State"), _("Place in line"), _("T-shirt"), _("Meals"), _("Diet"),
        _("Note for the kitchen"), _("Registered at ({zone})").format(zone=zone_name(conference.zone)),
    ]  # fmt: skip
    rows = [
        (
            one.name, one.email, STATE_WORDS[one.state], one.place, one.shirt_size,
            "; ".join(meals[meal] for meal in one.meal_ids if meal in meals),
            "; ".join(str(DIET_WORDS[diet]) for diet in one.diets if diet in DIET_WORDS),
            one.diet_note, f"{to_wall(one.registered_at, conference.zone):%Y-%m-%d %H:%M}",
        )
        for one in queries.listed(session, conference)
    ]  # fmt: skip
    response = Response(csv_bytes(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{conference.slug}-registrations.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/<slug:slug>/organize/registrations/<id:registration_id>/cancel")
@organizer
def ask_to_cancel_for(slug: str, registration_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    registration = _registration_or_404(conference, registration_id)
    if registration.state == "cancelled" or service.is_over(conference, utcnow()):
        return see_other(url_for("registration.listing", slug=slug))
    return render_template(
        "registration/cancel_for.html", active="organize", conference=conference, registration=registration
    )


@blueprint.post("/<slug:slug>/organize/registrations/<id:registration_id>/cancel")
@organizer
def cancel_for(slug: str, registration_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    registration = _registration_or_404(conference, registration_id)
    service.cancel(db.session(), conference, registration, signed_in_person(), now=utcnow())
    db.commit()
    flash(_("The registration of {name} is cancelled.").format(name=registration.person.name))
    return see_other(url_for("registration.listing", slug=slug))


def _registration_or_404(conference: Conference, registration_id: int) -> Registration:
    return queries.find_by_id(db.session(), conference, registration_id) or abort(404)


def _filters(conference: Conference, wanted: Wanted, totals: queries.Totals) -> list[dict[str, object]]:
    counts = {"coming": totals.coming, "waiting": totals.waiting, "cancelled": totals.cancelled}
    chosen = [(None, _("All"), sum(counts.values())), *((name, STATE_WORDS[name], counts[name]) for name in counts)]
    return [
        {
            "label": label,
            "url": wanted.url(conference, state=name),
            "current": wanted.state == name,
            "count": count,
        }
        for name, label, count in chosen
    ]


def _meal_lines(conference: Conference) -> list[tuple[str, str, int]]:
    """Each meal's words, sponsor and number of eaters."""
    several_days = conference.ends_on > conference.starts_on
    return [
        (meal_words(meal, conference.zone, with_day=several_days), meal.sponsor, eaters)
        for meal, eaters in queries.meal_counts(db.session(), conference)
    ]
