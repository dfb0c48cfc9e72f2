"""A speaker's picture: sending one, taking it away, and the picture itself."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.core import pictures
from barcamp.front.shared import shared
from barcamp.speakers import queries, service
from barcamp.speakers.forms import PictureForm, ProfileForm
from barcamp.speakers.routes.door import blueprint, own_page, speaker_or_404
from barcamp.speakers.routes.profile import profile_page
from barcamp.web import fresh
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, signed_in, signed_in_person
from barcamp.web.limits import Allowance
from barcamp.web.words import _

#: Of a request with a picture: somewhat more than a picture may have, so that the form can say what is wrong.
MOST_BYTES = pictures.BIGGEST + 1024 * 1024
PICTURES = Allowance("pictures", 10, seconds=600)


@blueprint.url_value_preprocessor
def take_a_larger_body(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the body: at this one address it may be large."""
    if endpoint == "speakers.put_picture" and request.method == "POST":
        request.max_content_length = MOST_BYTES


@blueprint.get("/speakers/<slug:name>/picture")
@anyone
@shared
def picture(name: str) -> ResponseReturnValue:
    speaker = speaker_or_404(name)
    found = queries.find_picture(db.session(), speaker.person_id)
    if found is None:
        return "", 404
    if fresh.is_fresh(found.etag, found.changed_at):
        answer: Response = fresh.not_modified(found.etag, found.changed_at)
    else:
        answer = fresh.validators(Response(found.content, mimetype=found.media_type), found.etag, found.changed_at)
    for_good = speaker.public and request.args.get("v") == found.etag
    answer.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if for_good else "public, max-age=300" if speaker.public else "private"
    )
    return answer


@blueprint.post("/account/speaker/picture")
@signed_in
def put_picture() -> ResponseReturnValue:
    person_id, sent = signed_in_person().id, request.files.get("picture")
    own_page()
    db.rollback()  # drawing takes its time: the write gate stays open for others meanwhile
    content = sent.read(pictures.BIGGEST + 1) if sent else b""
    if not content:
        return _refused(_("Please choose a picture."))
    PICTURES.spend(person_id)
    try:
        drawn = pictures.square(content)
    except pictures.NotAPicture as problem:
        return _refused(_(problem.words))
    with db.store().writing() as writing:
        speaker = queries.find_own(writing, person_id)
        if speaker is not None:
            service.put_picture(writing, speaker, drawn, pictures.MEDIA_TYPE, now=utcnow())
    flash(_("Your picture is on your page."))
    return see_other(url_for("speakers.profile", _anchor="picture-title"))


@blueprint.post("/account/speaker/picture/remove")
@signed_in
def remove_picture() -> ResponseReturnValue:
    service.remove_picture(db.session(), own_page(), now=utcnow())
    db.commit()
    flash(_("Your picture is gone."))
    return see_other(url_for("speakers.profile", _anchor="picture-title"))


def _refused(words: str) -> tuple[str, int]:
    form, speaker = PictureForm(), own_page()
    form.refuse("picture", words)
    return form_again("speakers/profile.html", **profile_page(speaker, ProfileForm.of(speaker), form))
