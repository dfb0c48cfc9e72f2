"""Blocks of lightning talks: all of them, one with its line-up, and talks coming in and going out."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.block_forms import BlockForm
from barcamp.board.routes.door import blueprint
from barcamp.conferences.errors import ChangedMeanwhile
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import blocks
from barcamp.schedule.draft import read
from barcamp.wall import queries as wall
from barcamp.wall.models import Note
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, ngettext, told


@blueprint.get("/<slug:slug>/board/blocks", endpoint="blocks")
@organizer
def every_block(slug: str) -> ResponseReturnValue:
    return _list(conference_or_404(slug), _new_form())


@blueprint.post("/<slug:slug>/board/blocks")
@organizer
def make_block(slug: str) -> ResponseReturnValue:
    """One empty block, or with `gather` as many as the talks need that are in none."""
    conference, form, actor = conference_or_404(slug), BlockForm.typed(), signed_in_person()
    if not form.validate():
        db.rollback()
        return _list(conference, form), 422
    try:
        if "gather" in request.form:
            made = blocks.gather(db.session(), conference, actor, **form.facts(), now=utcnow())
        else:
            made = [blocks.make(db.session(), conference, actor, **form.facts(), now=utcnow())]
    except Refused as refusal:
        db.rollback()
        form.refuse("", told(refusal))
        return _list(conference, form), refusal.status
    db.commit()
    flash(ngettext("%(num)s block is made.", "%(num)s blocks are made.", len(made)) % {"num": len(made)})
    if len(made) == 1:
        return _to_block(slug, made[0].id)
    return see_other(url_for("board.blocks", slug=slug))


@blueprint.get("/<slug:slug>/board/blocks/<id:block_id>")
@organizer
def block(slug: str, block_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = _block_or_404(conference, block_id)
    return _page(conference, found, BlockForm.of(found, blocks.last_revision(db.session(), found)))


@blueprint.post("/<slug:slug>/board/blocks/<id:block_id>")
@organizer
def change_block(slug: str, block_id: int) -> ResponseReturnValue:
    conference, actor = conference_or_404(slug), signed_in_person()
    found = _block_or_404(conference, block_id)
    form, newer, status = BlockForm.typed(), None, 422
    if form.validate():
        try:
            blocks.change(
                db.session(), conference, actor, found, **form.facts(), seen=form.seen_revision, now=utcnow()
            )  # fmt: skip
        except Refused as refusal:
            db.rollback()
            status, words = refusal.status, told(refusal)
            if isinstance(refusal, ChangedMeanwhile):
                stored = BlockForm.of(found, blocks.last_revision(db.session(), found), as_stored=True)
                newer = form.look_again(stored, words)
            else:
                form.refuse("", words)
        else:
            db.commit()
            flash(_("Saved {title}.").format(title=form.title.data))
            return _to_block(slug, block_id)
    db.rollback()
    return _page(conference, found, form, newer=newer), status


@blueprint.post("/<slug:slug>/board/blocks/<id:block_id>/fill")
@organizer
def fill_block(slug: str, block_id: int) -> ResponseReturnValue:
    return _change(slug, block_id, blocks.fill)


@blueprint.post("/<slug:slug>/board/blocks/<id:block_id>/talks/<id:note_id>/put-in")
@organizer
def put_talk_in(slug: str, block_id: int, note_id: int) -> ResponseReturnValue:
    return _change_talk(slug, block_id, note_id, blocks.put_in)


@blueprint.post("/<slug:slug>/board/blocks/<id:block_id>/talks/<id:note_id>/take-out")
@organizer
def take_talk_out(slug: str, block_id: int, note_id: int) -> ResponseReturnValue:
    return _change_talk(slug, block_id, note_id, blocks.take_out)


@blueprint.post("/<slug:slug>/board/blocks/<id:block_id>/end")
@organizer
def end_block(slug: str, block_id: int) -> ResponseReturnValue:
    conference, actor = conference_or_404(slug), signed_in_person()
    found = _block_or_404(conference, block_id)
    blocks.end(db.session(), conference, actor, found, now=utcnow())
    db.commit()
    flash(_("The block is gone; its talks are single notes again."))
    return see_other(url_for("board.show", slug=slug))


def _change_talk(slug: str, block_id: int, note_id: int, act: Callable[..., object]) -> ResponseReturnValue:
    if wall.find_note(db.session(), conference_or_404(slug), note_id) is None:
        abort(404)
    return _change(slug, block_id, lambda *given, now: act(*given, note_id, now=now))


def _change(slug: str, block_id: int, act: Callable[..., object]) -> ResponseReturnValue:
    """One change of a block; a refused one answers with the reason and the block as it is now."""
    conference, actor = conference_or_404(slug), signed_in_person()
    found = _block_or_404(conference, block_id)
    try:
        act(db.session(), conference, actor, found, now=utcnow())
    except Refused as refusal:
        db.rollback()
        form = BlockForm.of(found, blocks.last_revision(db.session(), found), as_stored=True)
        form.refuse("", told(refusal))
        return _page(conference, found, form), refusal.status
    db.commit()
    if request.form.get("back") == "board":
        return see_other(url_for("board.show", slug=slug, note=block_id, _anchor=f"card-{block_id}"))
    return _to_block(slug, block_id)


def _list(conference: Conference, form: BlockForm) -> str:
    return render_template(
        "board/blocks.html",
        conference=conference,
        blocks=blocks.of(read(db.session(), conference, stars=False, now=utcnow())),
        form=form,
        active="board",
    )


def _page(conference: Conference, found: Note, form: BlockForm, *, newer: list[tuple[str, str]] | None = None) -> str:
    draft = read(db.session(), conference, stars=False, now=utcnow())
    every = blocks.of(draft)
    shown = every.find(found.id)
    if shown is None:  # ended between the two looks
        abort(404)
    placed = draft.placed.get(found.id)
    room = None if placed is None else draft.rooms[draft.room_number[placed.room]]
    return render_template(
        "board/block.html",
        conference=conference,
        block=shown,
        room=room,
        waiting=every.waiting,
        form=form,
        newer=newer,
        active="board",
    )


def _new_form() -> BlockForm:
    return BlockForm(data={"title": _("Lightning talks"), "talk_minutes": blocks.USUAL_MINUTES, "length": 1})


def _block_or_404(conference: Conference, block_id: int) -> Note:
    return blocks.find_block(db.session(), conference, block_id) or abort(404)


def _to_block(slug: str, block_id: int) -> ResponseReturnValue:
    return see_other(url_for("board.block", slug=slug, block_id=block_id))
