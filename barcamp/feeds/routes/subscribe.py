"""The page that helps to subscribe: what there is to follow, by which calendar, and one's own secret links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from flask import abort, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.slugs import clean_tag
from barcamp.errors import Refused
from barcamp.feeds import queries, service
from barcamp.feeds.forms import LinkForm
from barcamp.feeds.models import FeedToken
from barcamp.feeds.routes.door import blueprint
from barcamp.front.shared import shared
from barcamp.web import qr
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me, named, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told

MOST_TAGS = 40
#: A calendar that has not asked for so long was probably taken out, or is off.
SILENT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Ways:
    """One feed's addresses for the common calendars. webcal:// also stands for https: no phone knows webcals://."""

    address: str
    code: Markup

    @property
    def webcal(self) -> str:
        return "webcal://" + self.address.partition("://")[2]

    @property
    def google(self) -> str:
        return "https://calendar.google.com/calendar/r?cid=" + quote(self.webcal, safe="")

    @property
    def outlook(self) -> str:
        return "https://outlook.live.com/calendar/0/addfromweb?url=" + quote(self.address, safe="")

    @property
    def download(self) -> str:
        return f"{self.address}?download=1"


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be followed: its name, the page that shows how, and the path of its feed."""

    label: str
    url: str
    feed: str
    current: bool


@blueprint.get("/<slug:slug>/subscribe")
@anyone
@shared
def subscribe(slug: str) -> ResponseReturnValue:
    """With `?room=`, `?tag=` or `?speaker=`, how to follow that alone."""
    conference_or_404(slug)
    return render_template("feeds/subscribe.html", **_page(slug, LinkForm()))


@blueprint.post("/<slug:slug>/subscribe/links")
@named
def make_link(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), LinkForm(request.form)
    if not form.validate():
        return form_again("feeds/subscribe.html", **_page(slug, form))
    label = form.label.data or _("My calendar")
    try:
        service.make_link(
            db.session(), conference, signed_in_person(), label, secret_key=_secret_key(), now=utcnow()
        )  # fmt: skip
    except Refused as refusal:
        form.refuse("label", told(refusal))
        page, _status = form_again("feeds/subscribe.html", **_page(slug, form))
        return page, refusal.status
    db.commit()
    flash(_("Your own link is ready."))
    return _back_to_mine(slug)


@blueprint.post("/<slug:slug>/subscribe/links/<id:link_id>/revoke")
@named
def revoke_link(slug: str, link_id: int) -> ResponseReturnValue:
    service.revoke_link(db.session(), _own_link_or_404(slug, link_id), now=utcnow())
    db.commit()
    flash(_("The link no longer works. Remove it from your calendar, too."))
    return _back_to_mine(slug)


@blueprint.post("/<slug:slug>/subscribe/links/<id:link_id>/reset")
@named
def reset_link(slug: str, link_id: int) -> ResponseReturnValue:
    link = _own_link_or_404(slug, link_id)
    service.reset_link(db.session(), link, secret_key=_secret_key(), now=utcnow())
    db.commit()
    flash(_("The link has a new secret address. Calendars with the old one see nothing any more: subscribe again."))
    return _back_to_mine(slug)


def _own_link_or_404(slug: str, link_id: int) -> FeedToken:
    conference, person = conference_or_404(slug), signed_in_person()
    return queries.find_own_token(db.session(), conference, person.id, link_id) or abort(404)


def _back_to_mine(slug: str) -> ResponseReturnValue:
    return see_other(url_for("feeds.subscribe", slug=slug, _anchor="mine"))


def _page(slug: str, form: LinkForm) -> dict[str, object]:
    conference, person = conference_or_404(slug), me()
    links = [] if person is None else queries.tokens(db.session(), conference, person.id)
    choices = _choices(conference)
    whole = choices["whole"][0]
    chosen = next((one for group in choices.values() for one in group if one.current), whole)
    return {
        "form": form,
        "choices": choices,
        "chosen": chosen,
        "is_whole": chosen is whole,
        "public": Ways(_site() + chosen.feed, qr.svg(qr.reachable(chosen.url))),
        "links": [(link, _ways_of(link), _is_silent(link)) for link in _living(links)],
    }


def _choices(conference: Conference) -> dict[str, list[Choice]]:
    """Everything public that there is to follow; the one in the address is current, else the whole schedule."""
    session, slug, asked = db.session(), conference.slug, request.args

    def page(kind: str = "", what: str = "") -> str:
        return url_for("feeds.subscribe", slug=slug, **({kind: what} if kind else {}))  # type: ignore[arg-type]

    one_asked = any(asked.get(kind) for kind in ("room", "tag", "speaker"))
    whole = Choice(_("Everything"), page(), url_for("feeds.schedule_ics", slug=slug), not one_asked)
    rooms = [
        Choice(name, page("room", key), url_for("feeds.room_ics", slug=slug, room=key), asked.get("room") == key)
        for key, name in queries.rooms_of(session, conference.id)
    ]
    tags = [
        Choice(f"#{tag}", page("tag", tag), url_for("feeds.tag_ics", slug=slug, tag=tag), asked.get("tag") == tag)
        for tag in _tags(conference)
    ]
    speakers = [
        Choice(name, page("speaker", key), url_for("feeds.speaker_ics", name=key), asked.get("speaker") == key)
        for key, name in queries.speakers_of(session, conference.id)
    ]
    return {"whole": [whole], "rooms": rooms, "tags": tags, "speakers": speakers}


def _tags(conference: Conference) -> list[str]:
    """The commonest tags, and the one in the address however rare it is."""
    tags, asked = list(queries.tags_of(db.session(), conference.id, MOST_TAGS)), request.args.get("tag", "")
    return tags if asked in tags or not asked or clean_tag(asked) != asked else [*tags, asked]


def _living(links: Iterable[FeedToken]) -> list[FeedToken]:
    """Links that can still be shown: those made with the site's present secret key."""
    key = _secret_key()
    return [link for link in links if service.hash_of(service.token_of(link.nonce, key)) == link.token_hash]


def _ways_of(link: FeedToken) -> Ways:
    """A secret link's code holds the link itself: the page that it stands on asks a phone to sign in first."""
    path = url_for("feeds.agenda_ics", token=service.token_of(link.nonce, _secret_key()))
    return Ways(_site() + path, qr.svg("webcal://" + qr.reachable(path).partition("://")[2]))


def _is_silent(link: FeedToken) -> bool:
    return link.fetched_at is not None and utcnow() - link.fetched_at > SILENT


def _site() -> str:
    return db.store().base_url


def _secret_key() -> str:
    key: str = current_app.config["SECRET_KEY"]
    return key
