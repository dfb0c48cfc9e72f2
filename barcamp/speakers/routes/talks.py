"""A speaker's talks elsewhere: the list, one talk, a pasted table, and all of them as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Response, abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.core.pasted import NotATable, Pasted, PastedRow, PastedTalk, read_talks
from barcamp.core.spans import span_words
from barcamp.core.tables import csv_bytes
from barcamp.errors import Refused
from barcamp.speakers import queries, talk_queries, talks
from barcamp.speakers.errors import TalkChanged
from barcamp.speakers.models import Talk
from barcamp.speakers.routes.door import blueprint, own_page
from barcamp.speakers.talk_forms import PasteForm, TalkForm
from barcamp.speakers.talks import TalkContent
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import signed_in, signed_in_person
from barcamp.web.words import _, locale, ngettext, told


@blueprint.get("/account/speaker/talks")
@signed_in
def talks_elsewhere() -> ResponseReturnValue:
    speaker, session = own_page(), db.session()
    return render_template(
        "speakers/talks.html",
        active="account",
        speaker=speaker,
        talks=talk_queries.all_talks(session, speaker.person_id),
        sources=talk_queries.sources(session, speaker.person_id),
        when=when,
    )


@blueprint.get("/account/speaker/talks.csv")
@signed_in
def talks_csv() -> ResponseReturnValue:
    found = talk_queries.all_talks(db.session(), own_page().person_id)
    header = [
        _("When"), _("Conference"), _("Where"), _("Talk title"), _("Co-speakers"), _("URL"), _("Slides"),
        _("Recording"), _("Cancelled"), _("From"), _("To"),
    ]  # fmt: skip
    content = csv_bytes(header, ([*_cells(talk)] for talk in found))
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="talks.csv"'
    return response


@blueprint.get("/account/speaker/talks/new")
@signed_in
def new_talk() -> ResponseReturnValue:
    own_page()
    return render_template("speakers/talk_new.html", active="account", form=TalkForm.over())


@blueprint.post("/account/speaker/talks")
@signed_in
def add_talk() -> ResponseReturnValue:
    speaker, form, now = own_page(), TalkForm.over(), utcnow()
    content = form.content(today=now.date())
    if content is None:
        return form_again("speakers/talk_new.html", active="account", form=form)
    try:
        talks.add(db.session(), speaker.person_id, content, now=now)
    except Refused as refusal:
        return _refused("speakers/talk_new.html", refusal, form)
    db.commit()
    flash(_("“{title}” is on your page.").format(title=content.title))
    return see_other(url_for("speakers.talks_elsewhere"))


@blueprint.get("/account/speaker/talks/<id:talk_id>")
@signed_in
def edit_talk(talk_id: int) -> ResponseReturnValue:
    talk = talk_or_404(talk_id)
    return render_template("speakers/talk.html", active="account", talk=talk, form=TalkForm.over(talk))


@blueprint.post("/account/speaker/talks/<id:talk_id>")
@signed_in
def change_talk(talk_id: int) -> ResponseReturnValue:
    talk, form, now = talk_or_404(talk_id), TalkForm.over(), utcnow()
    content = form.content(today=now.date())
    if content is None:
        return form_again("speakers/talk.html", active="account", talk=talk, form=form)
    try:
        talks.change(db.session(), talk, content, seen=form.seen.data or "", now=now)
    except TalkChanged as refusal:
        form.seen.data = TalkContent.of(talk).edition
        return _refused("speakers/talk.html", refusal, form, talk, newer=TalkForm.over(talk, as_stored=True))
    db.commit()
    flash(_("Your changes are saved."))
    return see_other(url_for("speakers.talks_elsewhere"))


@blueprint.post("/account/speaker/talks/<id:talk_id>/remove")
@signed_in
def remove_talk(talk_id: int) -> ResponseReturnValue:
    talk = talk_or_404(talk_id)
    title = talk.title
    talks.remove(db.session(), talk, now=utcnow())
    db.commit()
    flash(_("“{title}” is off your page.").format(title=title))
    return see_other(url_for("speakers.talks_elsewhere"))


# ---- pasting ---------------------------------------------------------------------------------------------------------


@blueprint.get("/account/speaker/talks/paste")
@signed_in
def paste() -> ResponseReturnValue:
    own_page()
    return render_template("speakers/paste.html", active="account", form=PasteForm(), pasted=None)


@blueprint.post("/account/speaker/talks/paste")
@signed_in
def look_at_pasted() -> ResponseReturnValue:
    """What would be added, row by row. Nothing is changed, and nothing of it is trusted when it comes back."""
    person_id, form = own_page().person_id, PasteForm.typed()
    db.rollback()
    pasted = _read(form)
    if pasted is None:
        return form_again("speakers/paste.html", active="account", form=form, pasted=None)
    return render_template("speakers/paste.html", active="account", form=form, **_preview(person_id, pasted))


@blueprint.post("/account/speaker/talks/pasted")
@signed_in
def add_pasted() -> ResponseReturnValue:
    person_id, form = own_page().person_id, PasteForm.typed()
    pasted, wanted = _read(form), form.rows
    if pasted is None:
        return form_again("speakers/paste.html", active="account", form=form, pasted=None)
    chosen = [content_of(row.talk) for row in pasted.rows if row.talk is not None and row.number in wanted]
    if not chosen:
        form.refuse("", _("No row is ticked, so nothing was added."))
        return form_again("speakers/paste.html", active="account", form=form, **_preview(person_id, pasted))
    added = talks.add_many(db.session(), person_id, chosen, now=utcnow())
    db.commit()
    count, doubled = len(added.new), len(added.doubled)
    flash(ngettext("{n} talk is added.", "{n} talks are added.", count).format(n=count))
    if doubled:
        flash(ngettext("{n} was there already.", "{n} were there already.", doubled).format(n=doubled))
    return see_other(url_for("speakers.talks_elsewhere"))


def _read(form: PasteForm) -> Pasted | None:
    """The table that was pasted, or None with a message on the field."""
    if not form.validate():
        return None
    try:
        return read_talks(form.text.data, today=utcnow().date())
    except NotATable as problem:
        form.refuse("text", _(problem.words).format(**problem.facts))
        return None


def _preview(person_id: int, pasted: Pasted) -> dict[str, object]:
    there = {TalkContent.of(talk).key for talk in talk_queries.all_talks(db.session(), person_id)}
    rows, doubled = list[tuple[PastedRow, str]](), 0
    for row in pasted.rows:
        words = "" if row.talk is not None else _(row.words).format(**row.facts)
        if row.talk is not None and content_of(row.talk).key in there:
            words, doubled = _("You have this one already."), doubled + 1
        if row.talk is not None:
            there.add(content_of(row.talk).key)
        rows.append((row, words))
    good = sum(not words for _row, words in rows)
    return {"pasted": pasted, "rows": rows, "good": good, "bad": len(rows) - good - doubled, "when": when}


def content_of(pasted: PastedTalk) -> TalkContent:
    return TalkContent(
        title=pasted.title, conference=pasted.conference, starts_on=pasted.span.starts_on,
        ends_on=pasted.span.ends_on, place=pasted.place, cospeakers=pasted.cospeakers, url=pasted.url,
        slides_url=pasted.slides_url, recording_url=pasted.recording_url,
    )  # fmt: skip


# ---- what several do -------------------------------------------------------------------------------------------------


def talk_or_404(talk_id: int) -> Talk:
    """A talk of the asking person."""
    return queries.find_talk_of(db.session(), signed_in_person().id, talk_id) or abort(404)


def when(one: Talk | PastedTalk) -> str:
    """ "June 26 - 29, 2012" in the visitor's language, with the time where it is known."""
    if isinstance(one, PastedTalk):
        return span_words(*one.span, str(locale()))
    return talks.when_words(one, str(locale()))


def _refused(
    template: str, refusal: Refused, form: TalkForm, talk: Talk | None = None, newer: TalkForm | None = None
) -> tuple[str, int]:
    """What was typed, under the words of the refusal."""
    form.refuse("", told(refusal))
    page, _status = form_again(template, active="account", form=form, talk=talk, newer=newer)
    return page, refusal.status


def _cells(talk: Talk) -> Sequence[str | bool | date | None]:
    """A talk as a row of the CSV; what is read back from it is the same talk."""
    times = [None, None]
    if talk.starts_at is not None and talk.ends_at is not None:
        times = [talk.starts_at.isoformat(), talk.ends_at.isoformat()]  # type: ignore[list-item]
    return [
        span_words(talk.starts_on, talk.ends_on), talk.conference, talk.place, talk.title, ", ".join(talk.cospeakers),
        talk.url, talk.slides_url, talk.recording_url, talk.cancelled, *times,
    ]  # fmt: skip
