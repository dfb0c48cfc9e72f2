"""Publishing, for organizers: what would change and for how many people, and the button."""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.news import queries as news
from barcamp.schedule import affected, publishing, queries, versions
from barcamp.schedule.differences import compare
from barcamp.schedule.draft import read
from barcamp.schedule.errors import HasBegun, NeedsOthers
from barcamp.schedule.forms import LiveForm, PublishForm
from barcamp.schedule.models import Version
from barcamp.schedule.routes.door import blueprint
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told

#: Lines of the list of versions on the page that publishes; the rest is on a page of its own.
VERSIONS_SHOWN = 8


@blueprint.get("/<slug:slug>/organize/publish", endpoint="publishing")
@organizer
def preview(slug: str) -> ResponseReturnValue:
    return page(conference_or_404(slug))


@blueprint.post("/<slug:slug>/organize/publish")
@organizer
def publish(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), PublishForm(request.form)
    if not form.validate():
        abort(400)
    return publish_or_say_why(
        conference,
        lambda: publishing.publish(
            db.session(), conference, signed_in_person(), only=form.chosen, seen=form.revision.data,
            unless_begun=conference.publishes_live and not form.anyway.data, now=utcnow(),
        ),
        form.chosen,
    )  # fmt: skip


def publish_or_say_why(
    conference: Conference,
    act: Callable[[], Version],
    chosen: Collection[int] | None = None,
    *,
    next_page: str = "schedule.show",
) -> ResponseReturnValue:
    """Publish, and see what everybody sees now; or the preview again, as it was filled in, with the reason."""
    try:
        version = act()
    except Refused as refusal:
        db.rollback()
        return page(conference, refusal, chosen)
    number = version.number
    db.commit()
    flash(_("Version %(number)s is published.") % {"number": number})
    return see_other(url_for(next_page, slug=conference.slug))


def page(
    conference: Conference,
    refusal: Refused | None = None,
    chosen: Collection[int] | None = None,
    live_form: LiveForm | None = None,
) -> ResponseReturnValue:
    """The preview. `chosen` are the notes whose changes are ticked, all at first; a form with mistakes comes again."""
    revision = queries.draft_revision(db.session(), conference)
    draft = read(db.session(), conference, stars=False)
    comparison = compare(db.session(), conference, draft)
    concerned = affected.count(db.session(), conference, comparison, now=utcnow())
    broken = publishing.in_the_way(comparison, comparison.by_note)
    answer = render_template(
        "schedule/publish.html",
        revision=revision,
        comparison=comparison,
        differences=comparison.differences,
        affected=concerned,
        groups=concerned.groups(comparison.differences),
        summary=affected.Summary(len(comparison.differences), concerned.people),
        letters=len(concerned.with_address - news.who_wants_no_letters(db.session())),
        begun={one.note_id for one in comparison.differences if one.has_begun(utcnow())},
        stuck={note_id for breach in broken for note_id in breach.note_ids},
        chosen=comparison.by_note.keys() if chosen is None else chosen,
        missing=refusal.missing if isinstance(refusal, NeedsOthers) else (),
        ask_anyway=isinstance(refusal, HasBegun),
        placed=len(draft.placed),
        loose=len(draft.notes) - len(draft.placed),
        broken=[_(breach.words).format(**breach.facts) for breach in broken],
        publication=queries.find_publication(db.session(), conference),
        versions=versions.newest(db.session(), conference, limit=VERSIONS_SHOWN),
        live_form=live_form or LiveForm(obj=conference),
        refusal=None if refusal is None else told(refusal),
        here="publish",
        active="organize",
    )
    mistaken = 200 if live_form is None else 422
    return answer, mistaken if refusal is None else refusal.status
