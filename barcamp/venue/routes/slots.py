"""Slots: the days' grids, a whole day in one go, one slot."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.errors import ChangedMeanwhile
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import last_revision
from barcamp.errors import Refused
from barcamp.organize.queries import count_meal_wishes, count_placed
from barcamp.venue import queries, service
from barcamp.venue.day import by_day
from barcamp.venue.forms import GridForm, SlotForm
from barcamp.venue.models import Slot
from barcamp.venue.routes import blueprint
from barcamp.venue.routes.follow import follow
from barcamp.venue.words import SLOT_WORDS, slot_name
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import me, organizer
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told


@blueprint.get("/<slug:slug>/organize/slots")
@organizer
def slots(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    days = by_day(queries.slots(db.session(), conference), conference.zone)
    held = range(conference.starts_on.toordinal(), conference.ends_on.toordinal() + 1)
    return render_template(
        "venue/slots.html",
        days=[(day, days.get(day, ())) for day in sorted({*days, *map(date.fromordinal, held)})],
        outside=[day for day in days if day.toordinal() not in held],
        slot_name=slot_name,
        kinds=SLOT_WORDS,
    )


@blueprint.get("/<slug:slug>/organize/slots/grid")
@organizer
def grid(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    day = _asked_day(conference)
    form = GridForm.of_day(conference, day, queries.slots_of_day(db.session(), conference, day))
    return render_template("venue/grid.html", form=form, plan=None)


@blueprint.post("/<slug:slug>/organize/slots/grid")
@organizer
def make_grid(slug: str) -> ResponseReturnValue:
    """Show what would happen; make it once exactly that has been looked at."""
    conference, form = conference_or_404(slug), GridForm.typed()
    form.offer_days(conference)
    wanted = form.day_of_slots(conference.zone) if form.validate() else None
    if wanted is None:
        return form_again("venue/grid.html", form=form, plan=None)
    plan = service.plan_day(db.session(), conference, form.chosen_day, wanted)
    if form.seen.data != plan.digest and not plan.changes_nothing:
        form.seen.data = plan.digest
        going = plan.removed_ids
        placed = count_placed(db.session(), conference, slot_ids=going)
        meals = count_meal_wishes(db.session(), going)
        page, _status = form_again(
            "venue/grid.html", form=form, plan=plan, placed=placed, meals=meals, kinds=SLOT_WORDS
        )
        return page
    service.make_slots(db.session(), conference, me(), form.chosen_day, plan, now=utcnow())
    follow(conference)
    db.commit()
    flash(_("The grid is made."))
    return see_other(url_for("venue.slots", slug=slug))


@blueprint.get("/<slug:slug>/organize/slots/new")
@organizer
def new_slot(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), SlotForm(day=request.args.get("day"))
    form.offer_days(conference)
    return render_template("venue/slot.html", form=form, slot=None)


@blueprint.post("/<slug:slug>/organize/slots")
@organizer
def add_slot(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), SlotForm.typed()
    form.offer_days(conference)
    wanted = form.wanted(conference.zone) if form.validate() else None
    if wanted is not None:
        try:
            service.add_slot(db.session(), conference, me(), wanted, now=utcnow())
            follow(conference)
            db.commit()
        except Refused as refusal:
            form.refuse("starts", told(refusal))
        else:
            flash(_("The slot is there."))
            return see_other(url_for("venue.slots", slug=slug))
    return form_again("venue/slot.html", form=form, slot=None)


@blueprint.get("/<slug:slug>/organize/slots/<id:slot_id>")
@organizer
def slot(slug: str, slot_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = slot_or_404(conference, slot_id)
    return render_template("venue/slot.html", form=_filled(conference, found), slot=found)


@blueprint.post("/<slug:slug>/organize/slots/<id:slot_id>")
@organizer
def change_slot(slug: str, slot_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), SlotForm.typed()
    found = slot_or_404(conference, slot_id)
    stored = _filled(conference, found, as_stored=True)
    form.day.choices = stored.day.choices
    newer, status = None, 422
    wanted = form.wanted(conference.zone) if form.validate() else None
    if wanted is not None:
        try:
            service.change_slot(db.session(), conference, me(), found, wanted, seen=form.seen_revision, now=utcnow())
            follow(conference)
            db.commit()
        except ChangedMeanwhile as refusal:
            newer, status = form.look_again(stored, told(refusal)), refusal.status
        except Refused as refusal:
            form.refuse("starts", told(refusal))
        else:
            flash(_("Saved."))
            return see_other(url_for("venue.slots", slug=slug))
    page, _status = form_again("venue/slot.html", form=form, slot=found, newer=newer)
    return page, status


@blueprint.get("/<slug:slug>/organize/slots/<id:slot_id>/delete")
@organizer
def confirm_slot(slug: str, slot_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = slot_or_404(conference, slot_id)
    return render_template(
        "venue/remove_slot.html",
        slot=found,
        name=slot_name(found),
        placed=count_placed(db.session(), conference, slot_ids=[found.id]),
        meals=count_meal_wishes(db.session(), [found.id]),
    )


@blueprint.post("/<slug:slug>/organize/slots/<id:slot_id>/delete")
@organizer
def remove_slot(slug: str, slot_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = slot_or_404(conference, slot_id)
    service.remove_slot(db.session(), conference, me(), found, now=utcnow())
    follow(conference)
    db.commit()
    flash(_("The slot is gone."))
    return see_other(url_for("venue.slots", slug=slug))


def slot_or_404(conference: Conference, slot_id: int) -> Slot:
    return queries.find_slot(db.session(), conference, slot_id) or abort(404)


def _filled(conference: Conference, slot: Slot, *, as_stored: bool = False) -> SlotForm:
    revision = last_revision(db.session(), conference.id, service.subject_of(slot))
    return SlotForm.of(slot, conference, revision, as_stored=as_stored)


def _asked_day(conference: Conference) -> date:
    """The day in the address, if the conference has it; else its first."""
    asked = request.args.get("day", "")
    count = (conference.ends_on - conference.starts_on).days
    days = [date.fromordinal(conference.starts_on.toordinal() + number) for number in range(count + 1)]
    return next((day for day in days if day.isoformat() == asked), conference.starts_on)
