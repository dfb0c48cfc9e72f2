"""What speakers do with their page. Nobody has one before `make_page`, and only its owner sees it before `show_page`.

Whatever changes something that a page or a feed of it shows calls `touch`; validators are made of its revision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from barcamp.core.slugs import free_slug, slugify
from barcamp.people import queries as people
from barcamp.people.models import Person
from barcamp.speakers import queries
from barcamp.speakers.errors import NameTaken, NoMoreNames
from barcamp.speakers.models import FormerName, Picture, Speaker, Talk, TalkSource, Visit
from barcamp.wall.models import CoHost, Note

#: For a name of which nothing can stand in an address.
NAMELESS = "someone"
#: Addresses that one page may have had: each is kept for it for ever.
MOST_NAMES = 20


def make_page(db: Session, person: Person, *, now: datetime) -> Speaker:
    """A page for this person, which nobody else sees yet; the one they have, where there is one. Doing it twice makes
    one.
    """
    people.hold_person(db, person.id)
    found = queries.find_own(db, person.id, fresh=True)
    if found is not None:
        return found
    queries.hold_names(db)
    slug = free_slug(
        slugify(person.name, fallback=NAMELESS), lambda wanted: queries.name_is_taken(db, wanted, person.id)
    )
    made = Speaker(person_id=person.id, slug=slug, public=False, links=[], revision=1, changed_at=now)
    db.add(made)
    db.flush()
    return made


def change_profile(
    db: Session,
    speaker: Speaker,
    *,
    slug: str,
    bio: str,
    links: Sequence[dict[str, str]],
    visits_open: bool,
    now: datetime,
) -> None:
    """What the page says of the speaker. `slug` has the shape of one and is not reserved.

    Raises:
        NameTaken, NoMoreNames: about the slug; nothing is changed.
    """
    if slug != speaker.slug:
        _move(db, speaker, slug, now=now)
    speaker.bio, speaker.links, speaker.visits_open = bio, list(links), visits_open
    db.flush()
    touch(db, speaker.person_id, now=now)


def _move(db: Session, speaker: Speaker, slug: str, *, now: datetime) -> None:
    """The page's address changes; the one before leads to it from now on, and stays its own."""
    queries.hold_names(db)
    if queries.name_is_taken(db, slug, speaker.person_id):
        raise NameTaken
    if queries.count_former_names(db, speaker.person_id) >= MOST_NAMES:
        raise NoMoreNames(MOST_NAMES)
    db.execute(delete(FormerName).where(FormerName.slug == slug, FormerName.person_id == speaker.person_id))
    db.add(FormerName(slug=speaker.slug, person_id=speaker.person_id, left_at=now))
    speaker.slug = slug
    db.flush()


def show_page(db: Session, speaker: Speaker, *, now: datetime) -> None:
    """Everybody can see the page from now on."""
    _switch(db, speaker, public=True, now=now)


def hide_page(db: Session, speaker: Speaker, *, now: datetime) -> None:
    """Nobody but its owner sees it any more, nor its feeds; what stands on it is kept."""
    _switch(db, speaker, public=False, now=now)


def _switch(db: Session, speaker: Speaker, *, public: bool, now: datetime) -> None:
    if speaker.public != public:
        speaker.public = public
        db.flush()
        touch(db, speaker.person_id, now=now)


def put_picture(db: Session, speaker: Speaker, content: bytes, media_type: str, *, now: datetime) -> None:
    """Show this picture, which core/pictures.py has drawn anew."""
    etag = hashlib.sha256(content).hexdigest()[:32]
    there = queries.find_picture(db, speaker.person_id)
    if there is None:
        db.add(
            Picture(person_id=speaker.person_id, media_type=media_type, content=content, etag=etag, changed_at=now)
        )  # fmt: skip
    else:
        there.media_type, there.content, there.etag, there.changed_at = media_type, content, etag, now
    db.flush()
    touch(db, speaker.person_id, now=now)


def remove_picture(db: Session, speaker: Speaker, *, now: datetime) -> None:
    db.execute(delete(Picture).where(Picture.person_id == speaker.person_id))
    touch(db, speaker.person_id, now=now)


def touch(db: Session, person_id: int, *, now: datetime) -> None:
    """Something that this person's page shows has changed. Nothing happens where they have none."""
    touch_all(db, [person_id], now=now)


def touch_all(db: Session, person_ids: Collection[int], *, now: datetime) -> None:
    """As `touch`, for several people. Their rows are locked in order, so that no two wait for each other."""
    ids = sorted(set(person_ids))
    if not ids:
        return
    db.execute(
        select(Speaker.person_id).where(Speaker.person_id.in_(ids)).order_by(Speaker.person_id).with_for_update()
    )
    db.execute(
        update(Speaker)
        .where(Speaker.person_id.in_(ids))
        .values(
            revision=Speaker.revision + 1,
            changed_at=case((Speaker.changed_at > now, Speaker.changed_at), else_=now),  # never back
        )
    )  # fmt: skip


def touch_presenters(db: Session, note_id: int, *, now: datetime) -> None:
    """Something of a note has changed that shows on the pages of those who present it, and in no line of the published
    schedule: its slides, say.
    """
    touch_all(db, presenter_ids(db, note_id), now=now)


def presenter_ids(db: Session, note_id: int) -> set[int]:
    """Who presents a note: take it before and after somebody joins or leaves, and touch both."""
    author = select(Note.author_id).where(Note.id == note_id, Note.author_id.is_not(None))
    cohosts = select(CoHost.person_id).where(CoHost.note_id == note_id)
    return {found for found in db.scalars(author.union(cohosts)) if found is not None}


# ---- leaving, and coming together ------------------------------------------------------------------------------------


def forget(db: Session, person_id: int) -> None:
    """Everything a person has here goes with them: page, picture, talks, sources, former names, visits."""
    for column in (
        Visit.visitor_id, Visit.speaker_id, Talk.person_id, TalkSource.person_id, Picture.person_id,
        FormerName.person_id, Speaker.person_id,
    ):  # fmt: skip
        db.execute(delete(column.class_).where(column == person_id))


def hand_over(db: Session, from_id: int, to_id: int, *, now: datetime) -> None:
    """Two were one person: talks, sources and visits change hands, and the page where the other has none."""
    _hand_over_visits(db, from_id, to_id)
    _hand_over_sources(db, from_id, to_id)
    db.execute(update(Talk).where(Talk.person_id == from_id).values(person_id=to_id))
    db.execute(update(FormerName).where(FormerName.person_id == from_id).values(person_id=to_id))
    page, other = queries.find_own(db, from_id, fresh=True), queries.find_own(db, to_id, fresh=True)
    if page is not None:
        _hand_over_page(db, page, to_id, other, now=now)
    touch(db, to_id, now=now)


def _hand_over_visits(db: Session, from_id: int, to_id: int) -> None:
    """What both have said they have said once; nobody visits themselves."""
    theirs = {
        (one.speaker_id, one.conference_id, one.talk_id)
        for one in db.scalars(select(Visit).where(Visit.visitor_id == to_id))
    }
    for one in db.scalars(select(Visit).where(Visit.visitor_id == from_id)).all():
        if (one.speaker_id, one.conference_id, one.talk_id) in theirs or one.speaker_id == to_id:
            db.delete(one)
        else:
            one.visitor_id = to_id
    db.flush()


def _hand_over_sources(db: Session, from_id: int, to_id: int) -> None:
    theirs = set(db.scalars(select(TalkSource.url).where(TalkSource.person_id == to_id)))
    for source in db.scalars(select(TalkSource).where(TalkSource.person_id == from_id)).all():
        if source.url in theirs:
            db.delete(source)  # its talks stay
        else:
            source.person_id = to_id
    db.flush()


def _hand_over_page(db: Session, page: Speaker, to_id: int, other: Speaker | None, *, now: datetime) -> None:
    slug, from_id = page.slug, page.person_id
    if other is None:
        page.slug = f"{slug}/"  # no slug looks so: the address is free for a moment, within this transaction
        db.flush()
        db.add(
            Speaker(person_id=to_id, slug=slug, public=page.public, bio=page.bio, links=page.links,
                    visits_open=page.visits_open, revision=page.revision, changed_at=now)
        )  # fmt: skip
        db.flush()
        db.execute(update(Picture).where(Picture.person_id == from_id).values(person_id=to_id))
    db.execute(delete(Visit).where(Visit.speaker_id == from_id, Visit.visitor_id == to_id))
    if other is None:
        db.execute(update(Visit).where(Visit.speaker_id == from_id).values(speaker_id=to_id))
    else:
        _hand_over_visitors(db, from_id, to_id)
    db.execute(delete(Picture).where(Picture.person_id == from_id))
    db.delete(page)
    db.flush()
    if other is not None:
        db.add(FormerName(slug=slug, person_id=to_id, left_at=now))
        db.flush()


def _hand_over_visitors(db: Session, from_id: int, to_id: int) -> None:
    there = {(one.visitor_id, one.conference_id) for one in db.scalars(select(Visit).where(Visit.speaker_id == to_id))}
    for one in db.scalars(select(Visit).where(Visit.speaker_id == from_id)).all():
        if one.conference_id is not None and (one.visitor_id, one.conference_id) in there:
            db.delete(one)
        else:
            one.speaker_id = to_id
    db.flush()
