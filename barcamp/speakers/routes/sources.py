"""The calendars that a speaker's talks come from: adding one, what was found in it, which events are talks."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.errors import Refused
from barcamp.speakers import choosing, talk_queries, talks
from barcamp.speakers.following import content_of, proposed_item
from barcamp.speakers.models import TalkSource
from barcamp.speakers.routes.door import blueprint, own_page
from barcamp.speakers.talk_forms import ChoiceForm, SourceForm
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import signed_in, signed_in_person
from barcamp.web.limits import Allowance
from barcamp.web.words import _, locale, ngettext, told

#: How often somebody may have this site ask for an address of theirs.
READS = Allowance("readings of calendars", 20, seconds=3600)


@blueprint.get("/account/speaker/calendars")
@signed_in
def talk_sources() -> ResponseReturnValue:
    return render_template("speakers/sources.html", **_page(SourceForm()))


@blueprint.post("/account/speaker/calendars")
@signed_in
def add_source() -> ResponseReturnValue:
    speaker, form = own_page(), SourceForm.typed()
    if not form.validate():
        return form_again("speakers/sources.html", **_page(form))
    READS.spend(speaker.person_id)
    try:
        choosing.add_source(db.session(), speaker.person_id, form.url.data, now=utcnow())
    except Refused as refusal:
        form.refuse("url", told(refusal))
        page, _status = form_again("speakers/sources.html", **_page(form))
        return page, refusal.status
    db.commit()
    flash(_("Your calendar is being read. Look here again in a moment."))
    return see_other(url_for("speakers.talk_sources"))


@blueprint.get("/account/speaker/calendars/<id:source_id>")
@signed_in
def talk_source(source_id: int) -> ResponseReturnValue:
    source = _source_or_404(source_id)
    form = ChoiceForm(conference=(source.report or {}).get("name", ""))
    return render_template("speakers/sources_one.html", **_one(source, form))


@blueprint.post("/account/speaker/calendars/<id:source_id>/talks")
@signed_in
def choose_talks(source_id: int) -> ResponseReturnValue:
    """The ticked events are talks; with the other button, they are not to be proposed again."""
    source, form = _source_or_404(source_id), ChoiceForm.typed()
    are_none = request.form.get("are") == "none"
    if not form.uids:
        form.refuse("", _("No event is ticked, so nothing was changed."))
    if not form.uids or (not are_none and not form.validate()):
        return form_again("speakers/sources_one.html", **_one(source, form))
    if are_none:
        choosing.choose(db.session(), source, [], form.uids, "", now=utcnow())
        db.commit()
        flash(_("They will not be proposed again."))
        return see_other(url_for("speakers.talk_source", source_id=source_id))
    made = choosing.choose(db.session(), source, form.uids, [], form.conference.data, now=utcnow())
    db.commit()
    flash(ngettext("{n} talk follows your calendar now.", "{n} talks follow your calendar now.", len(made)).format(
        n=len(made)
    ))  # fmt: skip
    return see_other(url_for("speakers.talk_source", source_id=source_id))


@blueprint.post("/account/speaker/calendars/<id:source_id>/read")
@signed_in
def read_source(source_id: int) -> ResponseReturnValue:
    source = _source_or_404(source_id)
    READS.spend(source.person_id)
    begun = choosing.read_again(db.session(), source, now=utcnow())
    db.commit()
    flash(_("It is being read.") if begun else _("It was read a moment ago. Please wait a minute."))
    return see_other(url_for("speakers.talk_sources"))


@blueprint.post("/account/speaker/calendars/<id:source_id>/remove")
@signed_in
def remove_source(source_id: int) -> ResponseReturnValue:
    choosing.remove_source(db.session(), _source_or_404(source_id))
    db.commit()
    flash(_("That calendar is read no more. Its talks stay on your page."))
    return see_other(url_for("speakers.talk_sources"))


def _page(form: SourceForm) -> dict[str, Any]:
    speaker = own_page()
    found = talk_queries.sources(db.session(), speaker.person_id)
    return {"active": "account", "form": form, "sources": [(one, _why(one)) for one in found],
            "most": choosing.MOST_SOURCES}  # fmt: skip


def _one(source: TalkSource, form: ChoiceForm) -> dict[str, Any]:
    report = source.report or {}
    problems = [_in_words(words, facts) for words, facts in report.get("problems") or ()]
    own = {talk.title for talk in talk_queries.all_talks(db.session(), source.person_id)}
    return {
        "active": "account",
        "source": source,
        "report": report,
        "why": _why(source),
        "problems": problems,
        "form": form,
        "when": _when,
        "own": own,
        "followed": [talk for talk in talk_queries.talks_of_source(db.session(), source.id) if talk.gone_at is None],
        "talk_when": lambda talk: talks.when_words(talk, str(locale())),
    }


def _why(source: TalkSource) -> str:
    """Why the last reading failed, in the visitor's language."""
    why = (source.report or {}).get("why")
    return _(why[0]).format(**why[1]) if why and source.state == "failing" else ""


def _in_words(words: str, facts: dict[str, Any]) -> str:
    """A line of the report in the visitor's language; a reason in it is words, too."""
    reason = {"reason": _(facts["reason"])} if facts.get("reason") else {}
    return _(words).format(**facts | reason)


def _when(written: dict[str, Any]) -> str:
    """When a proposed event is: "June 26 - 29, 2012", or "Jun 26, 2012, 10:00 Europe/Berlin"."""
    content = content_of(proposed_item(written), "x")
    return talks.when_words(content, str(locale()))


def _source_or_404(source_id: int) -> TalkSource:
    return talk_queries.find_source(db.session(), signed_in_person().id, source_id) or abort(404)
