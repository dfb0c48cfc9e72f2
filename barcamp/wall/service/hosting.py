"""Who presents a note: taking up a wish, giving a note back, and the invitations by which co-hosts join.

Whoever begins to present a note loses their own star on it: nobody stars their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.log import service as log
from barcamp.mail import letters
from barcamp.people import addresses
from barcamp.people import queries as people
from barcamp.people.codes import link_hash
from barcamp.people.models import Person
from barcamp.wall import queries
from barcamp.wall.errors import (
    HostFound,
    InvitationGone,
    NoHostSought,
    NoteIsOff,
    TooManyHosts,
    TooManyInvitations,
    TooManyLetters,
)
from barcamp.wall.models import CoHost, Invitation, MergeOffer, Note, Star
from barcamp.wall.service.content import NoteContent
from barcamp.wall.service.phases import hold_note, log_word, refuse_when_over

MOST_HOSTS = 6  # beside the author, with an account or by name alone
MOST_OPEN = 10  # invitations to one note that nobody has used yet
LIVES = timedelta(days=7)
DAY = timedelta(days=1)
MOST_LETTERS = 5  # about one note in a day
MOST_LETTERS_EACH = 20  # by one person in a day

Link = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation with its secret, which is known only now."""

    invitation: Invitation
    token: str


def take_up(db: Session, conference: Conference, note: Note, person: Person, *, now: datetime) -> Note:
    """Present what somebody asked for. Of two at once the first has it; who has it already may ask again."""
    refuse_when_over(conference, now)
    note = _hold(db, conference, note)
    if note.is_presented_by(person.id):
        return note
    if not note.is_on_the_wall:
        raise NoteIsOff
    if not note.seeks_host:
        if note.asked_by_id is None:
            raise NoHostSought
        raise HostFound("" if note.author is None else note.author.name)

    note.author_id, note.seeks_host = person.id, False
    _end_offers(db, MergeOffer.note_id == note.id)  # who asked for it does not give it away any more
    _drop_own_star(db, note, person)
    log_word(db, conference, person, "note-taken-up", note, now)
    return note


def leave(db: Session, conference: Conference, note: Note, person: Person, *, now: datetime) -> Note:
    """Present a note no longer. When its author goes the first co-host is its author; without one it seeks a host.

    Somebody who does not present it has nothing to leave, and nothing happens.
    """
    refuse_when_over(conference, now)
    note = _hold(db, conference, note)
    if note.merged_at is not None:
        raise NoteIsOff
    if not note.is_presented_by(person.id):
        return note
    _close_doors_of(db, note, person.id, now)
    if note.author_id != person.id:
        note.cohosts = [one for one in note.cohosts if one.person_id != person.id]
        log_word(db, conference, person, "cohost-left", note, now)
    elif note.cohosts:
        heir = queries.heir(note)
        note.cohosts = [one for one in note.cohosts if one is not heir]
        note.author_id = heir.person_id
        log_word(db, conference, person, "note-handed-over", note, now)
    else:
        note.author_id, note.seeks_host = None, True
        note.asked_by_id = note.asked_by_id or person.id
        note.away = []  # those were times in which the one who leaves could not
        log_word(db, conference, person, "note-seeks-host", note, now)
    db.flush()
    return note


def remove_cohost(
    db: Session, conference: Conference, note: Note, cohost_id: int, actor: Person, *, now: datetime
) -> None:
    """Take a co-host off a note, and the invitations they made. Who has gone already is gone."""
    refuse_when_over(conference, now)
    note = _hold(db, conference, note)
    if cohost_id not in [one.person_id for one in note.cohosts]:
        return
    _close_doors_of(db, note, cohost_id, now)
    note.cohosts = [one for one in note.cohosts if one.person_id != cohost_id]
    log_word(db, conference, actor, "cohost-removed", note, now)
    db.flush()


def invite(db: Session, conference: Conference, note: Note, host: Person, *, now: datetime) -> NewInvitation:
    """Make a secret link by which one person can join. Only its hash is kept, so it is shown now or never."""
    note = _hold_for_inviting(db, conference, note, host, now)
    made = _new_invitation(db, note, host, now)
    log_word(db, conference, host, "invitation-made", note, now)
    return made


def invite_by_mail(
    db: Session, conference: Conference, note: Note, host: Person, email: str, *, link: Link, now: datetime
) -> None:
    """Mail such a link to an address, known or not. `link` gives the absolute address for a token."""
    note = _hold_for_inviting(db, conference, note, host, now)
    since = now - DAY
    if (
        queries.count_letters_about(db, note, since=since) >= MOST_LETTERS
        or queries.count_letters_by(db, host.id, since=since) >= MOST_LETTERS_EACH
    ):
        raise TooManyLetters
    made = _new_invitation(db, note, host, now)
    known = people.find_person(db, addresses.key(email))
    letters.invitation(
        db, email, host.name, conference, note.title, link(made.token), days=LIVES.days,
        person_id=None if known is None else known.id, now=now,
    )  # fmt: skip
    log_word(db, conference, host, "invitation-mailed", note, now)


def revoke(db: Session, conference: Conference, invitation: Invitation, actor: Person, *, now: datetime) -> None:
    """Take an open invitation back. One that has been used or taken back is left as it is."""
    log.hold(db, conference)
    ended = _end_invitations(db, Invitation.id == invitation.id, now=now)
    if ended:
        log.write(db, conference, actor, "invitation-revoked", f"note:{invitation.note_id}", now=now)


def look_at_invitation(db: Session, note: Note, token: str, *, now: datetime) -> Invitation:
    """The open invitation to this note behind a token, without using it. Raises InvitationGone."""
    found = queries.find_invitation_by_token(db, note, link_hash(token))
    if found is None or found.used_at is not None or found.expires_at <= now:
        raise InvitationGone
    return found


def join(db: Session, conference: Conference, note: Note, person: Person, token: str, *, now: datetime) -> Note:
    """Present a note with those who do, by an invitation. Who presents it already uses none up.

    Raises:
        InvitationGone: it is unknown, used, taken back or too old.
        TooManyHosts: six are there already.
    """
    refuse_when_over(conference, now)
    note = _hold(db, conference, note)
    if note.is_presented_by(person.id):
        return note
    invitation = look_at_invitation(db, note, token, now=now)
    if not note.is_on_the_wall or note.seeks_host:
        raise NoteIsOff
    # a name typed by hand gives way to the person it was typed for
    note.copresenters = [one for one in note.copresenters if fold(one.name) != fold(person.name)]
    _refuse_crowd(note)

    invitation.used_at = now
    note.cohosts = [*note.cohosts, CoHost(person_id=person.id, joined_at=now)]
    note.search = NoteContent.of(note).search
    _drop_own_star(db, note, person)
    log_word(db, conference, person, "cohost-joined", note, now)
    return note


def _hold_for_inviting(db: Session, conference: Conference, note: Note, host: Person, now: datetime) -> Note:
    refuse_when_over(conference, now)
    note = _hold(db, conference, note)
    if not note.is_on_the_wall or not note.is_presented_by(host.id):
        raise NoteIsOff
    _refuse_crowd(note)
    if len(queries.open_invitations(db, note, now)) >= MOST_OPEN:
        raise TooManyInvitations(MOST_OPEN)
    return note


def _refuse_crowd(note: Note) -> None:
    if len(note.cohosts) + len(note.copresenters) >= MOST_HOSTS:
        raise TooManyHosts(MOST_HOSTS)


def _new_invitation(db: Session, note: Note, host: Person, now: datetime) -> NewInvitation:
    token = secrets.token_urlsafe(32)
    made = Invitation(
        note_id=note.id, made_by_id=host.id, token_hash=link_hash(token), made_at=now, expires_at=now + LIVES
    )
    db.add(made)
    db.flush()
    return NewInvitation(made, token)


def _end_invitations(db: Session, *which: ColumnElement[bool], now: datetime) -> int:
    """End those of these invitations that are still open; returns how many."""
    ended = db.execute(
        update(Invitation)
        .where(*which, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(expires_at=now)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(ended)


def _close_doors_of(db: Session, note: Note, person_id: int, now: datetime) -> None:
    """Whoever goes leaves no open door behind: no invitation of theirs, and no offer to make it part of another."""
    _end_offers(db, MergeOffer.note_id == note.id, MergeOffer.offered_by_id == person_id)
    _end_invitations(db, Invitation.note_id == note.id, Invitation.made_by_id == person_id, now=now)


def _end_offers(db: Session, *which: ColumnElement[bool]) -> None:
    db.execute(delete(MergeOffer).where(*which).execution_options(synchronize_session=False))


def _drop_own_star(db: Session, note: Note, person: Person) -> None:
    """Take the star of somebody who presents the note from now on, and count it off."""
    db.flush()
    taken = db.execute(
        delete(Star)
        .where(Star.note_id == note.id, Star.person_id == person.id)
        .returning(Star.note_id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is not None:
        db.execute(
            update(Note)
            .where(Note.id == note.id)
            .values(star_count=Note.star_count - 1)
            .execution_options(synchronize_session=False)
        )
        db.refresh(note, ["star_count"])


def _hold(db: Session, conference: Conference, note: Note) -> Note:
    """The note, held against those who change it and against stars that are being given to it."""
    log.hold(db, conference)
    queries.hold_row(db, note.id)
    return hold_note(db, conference, note)
