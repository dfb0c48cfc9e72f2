"""Made-up camps for measuring the scheduler: a crowd with tastes, a wall of topics, a house with rooms of all sizes.

    python -m bench.camps medium --seed 3 --workshops -o camp.json

The same words give the same bytes on every Python, since chance is drawn by `random()` alone. The form is the
scheduler's own, `barcamp-instance/1`.
"""

from __future__ import annotations

import argparse
import json
import sys
from bisect import bisect
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, NamedTuple


class Size(NamedTuple):
    """How much of everything; `favorites` is about how many stars a person gives."""

    topics: int
    rooms: int
    slots: int
    people: int
    interests: int
    favorites: int


SIZES = {
    "tiny": Size(12, 4, 4, 40, 4, 5),
    "small": Size(40, 8, 6, 150, 6, 6),
    "medium": Size(150, 15, 12, 800, 10, 8),
    "large": Size(600, 25, 30, 5000, 20, 10),
    "xl": Size(2000, 60, 40, 30000, 40, 10),
}
WEIGHTS = {
    "clash": 1.0, "full": 1.0, "slot_wish": 3.0, "room_wish": 1.0, "unplaced": 5.0, "move_slot": 2.0, "move_room": 0.5,
}  # fmt: skip
HAS = {"projector": 0.75, "whiteboard": 0.6, "step-free": 0.7}
NEEDS = {"projector": 0.45, "whiteboard": 0.1, "step-free": 0.06}
SLOTS_BETWEEN_BREAKS = 3
SEATS_A_PERSON = 1.15  # all rooms together


class Lots:
    """Chance with weights."""

    def __init__(self, rng: Random, weights: list[float]) -> None:
        self.rng, self.sums = rng, list(accumulate(weights))

    def draw(self) -> int:
        return min(bisect(self.sums, self.rng.random() * self.sums[-1]), len(self.sums) - 1)


def camp(name: str, seed: int, *, workshops: bool = False) -> dict[str, Any]:
    """A camp of a size; with `workshops` every tenth topic takes two slots."""
    size, rng = SIZES[name], Random(seed)  # noqa: S311 - chance for a measurement, nothing secret
    interest_of = [Lots(rng, [1 / (n + 2) for n in range(size.interests)]).draw() for _ in range(size.topics)]
    appeal = _appeal(rng, size.topics)
    rooms = _rooms(rng, size)
    sessions = [_session(rng, size, s, interest_of[s], workshops) for s in range(size.topics)]
    _pin_the_keynotes(sessions, appeal, size)
    return {
        "format": "barcamp-instance/1",
        "name": f"{name}-{seed}" + ("-workshops" if workshops else ""),
        "slots": [{"id": f"slot {t}", "block": t // SLOTS_BETWEEN_BREAKS} for t in range(size.slots)],
        "rooms": rooms,
        "sessions": sessions,
        "stars": _stars(rng, size, interest_of, appeal, sessions),
        "weights": WEIGHTS,
    }


def _appeal(rng: Random, count: int) -> list[float]:
    """Few topics that many want, many that few want."""
    ranks = sorted(range(count), key=lambda _: rng.random())
    return [(rank + 4) ** -0.8 for rank in ranks]


def _rooms(rng: Random, size: Size) -> list[dict[str, Any]]:
    shares = [0.07 ** (r / size.rooms) for r in range(size.rooms)]
    seats = SEATS_A_PERSON * size.people / sum(shares)
    return [
        {
            "id": f"room {r}",
            "capacity": max(8, round(share * seats)),
            "equipment": [thing for thing, chance in HAS.items() if r == 0 or rng.random() < chance],
            "closed": [],
        }
        for r, share in enumerate(shares)
    ]


def _session(rng: Random, size: Size, s: int, interest: int, workshops: bool) -> dict[str, Any]:
    presenter = s if rng.random() > 0.12 else int(rng.random() * size.topics)
    people = {presenter, int(rng.random() * size.topics)} if rng.random() < 0.1 else {presenter}
    session: dict[str, Any] = {
        "id": f"topic {s}",
        "length": 2 if workshops and rng.random() < 0.1 else 1,
        "people": [f"person {p}" for p in sorted(people)],
        "needs": [thing for thing, chance in NEEDS.items() if rng.random() < chance],
        "topics": [f"interest {interest}"],
    }
    if session["length"] == 1 and rng.random() < 0.1:
        half = max(2, size.slots // 2)
        first = int(rng.random() * (size.slots - half + 1))
        session["slots_allowed"] = list(range(first, first + half))
    if rng.random() < 0.15:
        session["prefer"] = {"slot": int(rng.random() * size.slots), "room": int(rng.random() * size.rooms)}
        if rng.random() < 0.5:
            del session["prefer"]["room"]
    return session


def _pin_the_keynotes(sessions: list[dict[str, Any]], appeal: list[float], size: Size) -> None:
    """The strongest topics have been promised the largest room, each after a break."""
    strongest = sorted(range(size.topics), key=lambda s: -appeal[s])[: max(1, size.topics // 60)]
    for n, s in enumerate(strongest):
        where = {"slot": n * SLOTS_BETWEEN_BREAKS % size.slots, "room": n * SLOTS_BETWEEN_BREAKS // size.slots}
        plain = {key: sessions[s][key] for key in ("id", "topics")}
        sessions[s] = plain | {"length": 1, "needs": [], "people": [f"guest {n}"], "pin": where}


def _stars(
    rng: Random, size: Size, interest_of: list[int], appeal: list[float], sessions: list[dict[str, Any]]
) -> list[list[int]]:
    """Everybody follows one to three interests, and sometimes the crowd; who presents stars their own, too."""
    by_interest: list[list[int]] = [[] for _ in range(size.interests)]
    for s, interest in enumerate(interest_of):
        by_interest[interest].append(s)
    within = [Lots(rng, [appeal[s] for s in those]) for those in by_interest]
    anything, popular_interest = Lots(rng, appeal), Lots(rng, [len(those) ** 0.5 for those in by_interest])
    own: dict[str, list[int]] = {}
    for s, session in enumerate(sessions):
        for person in session["people"]:
            own.setdefault(person, []).append(s)
    presenting = list(own.values())
    stars = []
    for a in range(size.people):
        follows = [popular_interest.draw() for _ in range(1 + int(rng.random() * 3))]
        wanted = round(size.favorites * (0.3 + 1.4 * rng.random() * (0.5 + rng.random())))
        mine = set(presenting[a]) if a < len(presenting) else set()
        for _ in range(20 * wanted):
            if len(mine) >= min(wanted, size.topics // 2, 2 * size.slots):
                break
            interest = follows[int(rng.random() * len(follows))]
            pick = by_interest[interest][within[interest].draw()] if rng.random() < 0.7 else anything.draw()
            mine.add(pick)
        stars.append(sorted(mine))
    return stars


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a made-up camp as JSON.")
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workshops", action="store_true", help="every tenth topic takes two slots")
    parser.add_argument("-o", "--out", type=Path)
    asked = parser.parse_args()
    text = json.dumps(camp(asked.size, asked.seed, workshops=asked.workshops), separators=(",", ":")) + "\n"
    sys.stdout.write(text) if asked.out is None else asked.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
