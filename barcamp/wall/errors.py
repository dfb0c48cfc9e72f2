"""What the wall refuses, in words for people."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class WallIsClosed(Refused):
    """The wall takes no notes now; the words say when it opens, or since when it is closed."""


class StarsAreClosed(Refused):
    """No stars are given or taken back now; the words say when, or since when."""


class TooManyNotes(Refused):
    """One person has posted all the notes one person can."""

    def __init__(self, most: int) -> None:
        super().__init__(
            N_("You have posted {most} notes, and more would crowd the wall. You can still edit yours."), most=most
        )


class OwnNote(Refused):
    """Nobody stars their own note."""

    def __init__(self) -> None:
        super().__init__(N_("This note is yours: stars are for the notes of others."))


class NoteIsOff(Refused):
    """The note is withdrawn or hidden."""

    def __init__(self) -> None:
        super().__init__(N_("This note is no longer on the wall."))


class NoteIsMerged(Refused):
    """The note lives on in another one, `into_id`, and so does whatever is wished of it."""

    def __init__(self, into_id: int) -> None:
        super().__init__(N_("This note is part of another one now."))
        self.into_id = into_id


class StarrerIsGone(Refused):
    """Whoever gives or takes back a star was erased in this very moment."""

    status = 401

    def __init__(self) -> None:
        super().__init__(N_("Please sign in first."))


class NoteChanged(Refused):
    """Somebody else changed the note after this form was opened."""

    def __init__(self) -> None:
        super().__init__(
            N_("Somebody changed this note while you were writing. Please compare, and save again to keep yours.")
        )


class ConferenceIsOver(Refused):
    """What was on the wall stays as it was."""

    def __init__(self) -> None:
        super().__init__(N_("This conference is over, so its notes stay as they are."))


class OwnReport(Refused):
    """Whoever finds that their own words do not belong here takes them off."""

    def __init__(self) -> None:
        super().__init__(N_("This is yours: you can take it off yourself."))


class NothingToPitch(Refused):
    """Nobody waits in the queue of the pitch round."""

    def __init__(self) -> None:
        super().__init__(N_("Nobody waits in the queue. Put notes into it first."))


class PitchIsOver(Refused):
    """There is no pitch round to go on with."""

    def __init__(self) -> None:
        super().__init__(N_("The pitch round is over."))


class PitchMovedOn(Refused):
    """It is no longer the turn of the note that was seen: somebody else was faster."""

    def __init__(self, title: str) -> None:
        if title:
            super().__init__(N_("The round has moved on already: it is the turn of “{title}”."), title=title)
        else:
            super().__init__(N_("The round has moved on already."))


class HostFound(Refused):
    """Somebody else was quicker to say that they would give it."""

    def __init__(self, name: str) -> None:
        if name:
            super().__init__(N_("{name} has just taken it. Thank you all the same!"), name=name)
        else:
            super().__init__(N_("Somebody has just taken it. Thank you all the same!"))


class NoHostSought(Refused):
    """This note has somebody who presents it, and did not ask for another."""

    def __init__(self) -> None:
        super().__init__(N_("This note has somebody who presents it."))


class TooManyHosts(Refused):
    """A note names so many people and no more."""

    def __init__(self, most: int) -> None:
        super().__init__(N_("A note names {most} people beside its author at the most."), most=most)


class TooManyInvitations(Refused):
    """Links that nobody has used yet are keys that lie about: only a few at a time."""

    def __init__(self, most: int) -> None:
        super().__init__(
            N_("There are {most} open invitations to this note. Please take one back before you make another."),
            most=most,
        )


class TooManyLetters(Refused):
    """Nobody mails the whole town from a sticky note."""

    def __init__(self) -> None:
        super().__init__(N_("That is enough letters for one day. You can still make a link and hand it over yourself."))


class InvitationGone(Refused):
    """An invitation that is unknown, used, taken back or too old. Nobody is told which."""

    status = 410

    def __init__(self) -> None:
        super().__init__(N_("This invitation has been used or taken back, or it is too old. Please ask for a new one."))


class ThreadIsFull(Refused):
    """So many questions under one note, and so many by one person."""

    def __init__(self, most: int, *, own: bool) -> None:
        if own:
            super().__init__(
                N_("You have written {most} times under this note. Please ask the rest in the room."), most=most
            )
        else:
            super().__init__(N_("There are {most} entries under this note, and it takes no more."), most=most)


class CannotMerge(Refused):
    """Two notes that cannot become one, or one that cannot become two again; the words say why."""


class OfferIsGone(Refused):
    """The offer to merge was taken back or answered before."""

    def __init__(self) -> None:
        super().__init__(N_("This offer has been taken back or answered already."))
