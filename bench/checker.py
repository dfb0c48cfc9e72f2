"""A second opinion on schedules, from their JSON alone: it shares no line with the scheduler, and takes its time.

Every hard rule and every figure is worked out in the plainest way there is: person by person, in fractions.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations
from typing import Any

Camp = dict[str, Any]
Assign = list[list[int] | None]


def broken(camp: Camp, assign: Assign) -> list[tuple[str, ...]]:
    """The hard rules a schedule breaks, each as its name and the ids it is about, sorted."""
    found: set[tuple[str, ...]] = {("count",)} if len(assign) != len(camp["sessions"]) else set()
    cells = {}
    for session, place in zip(camp["sessions"], assign, strict=False):
        if place is None:
            found |= {("pin", session["id"])} if session.get("pin") else set()
            continue
        names = _broken_alone(camp, session, *place)
        found |= {(name, session["id"]) for name in names}
        if not names & {"nowhere", "break"}:
            cells[session["id"]] = (session, {(t, place[1]) for t in _slots_of(session, place[0])})
    for (one, here), (other, there) in combinations(cells.values(), 2):
        pair = tuple(sorted((one["id"], other["id"])))
        if here & there:
            found.add(("room", *pair))
        if set(one["people"]) & set(other["people"]) and {t for t, _ in here} & {t for t, _ in there}:
            found.add(("person", *pair))
    return sorted(found)


def _broken_alone(camp: Camp, session: Camp, slot: int, room: int) -> set[str]:
    slots, rooms = camp["slots"], camp["rooms"]
    wanted = _slots_of(session, slot)
    if slot < 0 or not 0 <= room < len(rooms):
        return {"nowhere"}
    if wanted[-1] >= len(slots) or len({slots[t]["block"] for t in wanted}) > 1:
        return {"break"}
    pin = session.get("pin") or {}
    tests = {
        "availability": set(wanted) <= set(session.get("slots_allowed", wanted)),
        "equipment": set(session["needs"]) <= set(rooms[room]["equipment"]),
        "closed": not set(wanted) & set(rooms[room]["closed"]),
        "pin": pin.get("slot", slot) == slot and pin.get("room", room) == room,
    }
    return {name for name, kept in tests.items() if not kept}


def _slots_of(session: Camp, slot: int) -> list[int]:
    return list(range(slot, slot + session["length"]))


def figures(camp: Camp, assign: Assign, before: Assign | None = None) -> dict[str, float]:
    """The figures of a schedule that stays inside its blocks, by the names that the scheduler gives them."""
    sessions, weights = camp["sessions"], camp["weights"]
    crowd = [Fraction(0)] * len(sessions)
    count: Counter[str] = Counter()
    shares = []
    for mine in camp["stars"]:
        placed = [s for s in mine if assign[s] is not None]
        reached = _reach([_span(sessions[s], assign[s]) for s in placed])
        possible = min(len(mine), len(camp["slots"]))
        count["stars"] += len(mine)
        count["possible"] += possible
        count["missed_clash"] += len(placed) - reached
        count["missed_unplaced"] += len(mine) - len(placed)
        shares += [Fraction(reached, possible)] if possible else []
        spans = {s: _span(sessions[s], assign[s]) for s in placed}
        for s, here in spans.items():
            crowd[s] += Fraction(1, sum(here[0] < there[1] and there[0] < here[1] for there in spans.values()))
    full = sum(
        (max(Fraction(0), crowd[s] - camp["rooms"][place[1]]["capacity"]) for s, place in enumerate(assign) if place),
        Fraction(0),
    )
    for s, place in enumerate(assign):
        wish, old = sessions[s].get("prefer") or {}, before[s] if before else None
        if place is None:
            count["unplaced"] += 1
            continue
        count["slot_wishes_broken"] += wish.get("slot", place[0]) != place[0]
        count["room_wishes_broken"] += wish.get("room", place[1]) != place[1]
        count["moved_slot"] += old is not None and old[0] != place[0]
        count["moved_room"] += old is not None and old[0] == place[0] and old[1] != place[1]
    cost = (
        weights["clash"] * count["missed_clash"]
        + weights["full"] * full
        + count["missed_unplaced"]
        + weights["unplaced"] * count["unplaced"]
        + weights["slot_wish"] * count["slot_wishes_broken"]
        + weights["room_wish"] * count["room_wishes_broken"]
        + weights["move_slot"] * count["moved_slot"]
        + weights["move_room"] * count["moved_room"]
    )
    seated = count["stars"] - count["missed_clash"] - count["missed_unplaced"] - full
    worst = sorted(shares)[: max(1, len(shares) // 10)] or [Fraction(1)]
    names: tuple[str, ...] = ("stars", "possible", "missed_clash", "missed_unplaced", "unplaced", "slot_wishes_broken")
    names += ("room_wishes_broken", "moved_slot", "moved_room")
    return {name: count[name] for name in names} | {
        "missed_full": round(float(full), 3),
        "cost": round(float(cost), 3),
        "seated_pct": round(float(100 * seated / max(1, count["possible"])), 3),
        "satisfaction_pct": round(float(100 * sum(shares) / max(1, len(shares))), 3),
        "worst_tenth_pct": round(float(100 * sum(worst) / len(worst)), 3),
    }


def _span(session: Camp, place: list[int] | None) -> tuple[int, int]:
    assert place is not None
    return place[0], place[0] + session["length"]


def _reach(spans: list[tuple[int, int]]) -> int:
    """The most of these that one person can sit through: always the one that ends first."""
    free = reached = 0
    for end, start in sorted((end, start) for start, end in spans):
        if start >= free:
            free, reached = end, reached + 1
    return reached
