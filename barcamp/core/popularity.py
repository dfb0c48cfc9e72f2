"""A fair count for notes that went up late, and a fair order for notes that nobody has ranked yet.

Stars given before a note was on the wall could not go to it. As the organizers of Minnebar do, `late_factor` estimates
the stars it would have had from its share of those given since.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

#: Stars a note that are taken as if given after all notes went up: they hold the estimate back while few have voted.
PRIOR = 10


def late_factor(cast: int, since: int, notes: int) -> float:
    """What a note's stars are multiplied by to stand beside those of notes that were up from the start; 1.0 or more.

    `cast` are all stars on the wall, `since` those of them given at or after the moment the note went up, `notes` the
    number of notes that share them. It is 1.0 for a note that missed nothing, equal for notes that went up together,
    and at most `1 + cast / (PRIOR * notes)`: one lucky star among the last two is not the favorite of everybody.
    Raises ValueError for counts that cannot be.
    """
    if not 0 <= since <= cast or notes < 1:
        raise ValueError(f"{since} of {cast} stars since then, on {notes} notes")
    prior = PRIOR * notes
    return (cast + prior) / (since + prior)


def weighted_factor(parts: Iterable[tuple[int, float]], alone: float) -> float:
    """The factor of a note that may have taken in others, whose stars were given at another time.

    `parts` holds `(stars, factor)` for each note they were given to; `alone` is the factor of the note itself, which
    holds where there is no star at all.
    """
    given = [(stars, factor) for stars, factor in parts if stars]
    if not given:
        return alone
    return sum(stars * factor for stars, factor in given) / sum(stars for stars, _factor in given)


def surely_seen(looks: int, stars: int) -> int:
    """How many people have surely seen a note, from its two counters: whoever looks and wants it stands in both, so the
    sum would count them twice, and the larger one counts nobody twice.
    """
    return max(looks, stars)


def shuffle_key(seed: str, number: int) -> int:
    """What to sort numbered things by, to have them in the shuffled order that this seed names.

    The same on every machine; and a thing that comes or goes leaves the others in their order, which a shuffled list
    does not.
    """
    return int.from_bytes(blake2b(f"{seed}:{number}".encode(), digest_size=8).digest())
