"""The scheduler's reasons in plain English, for the command line. Pages say them with their own translated words."""

from collections.abc import Iterable

from barcamp.core.timetable.options import Change, Option, options, shared_fans
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.reasons import Reason, why_unplaced
from barcamp.core.timetable.score import audience

SHOWN = 5


def explain(problem: Problem, plan: Plan, s: int, before: Plan | None = None) -> list[str]:
    """Lines that say why item s is where it is, or nowhere, and what the best other places would cost."""
    item, place = problem.items[s], plan[s]
    if place is None:
        reason = why_unplaced(problem, plan)[s]
        lines = [f"{item.id} has no place ({problem.popularity[s]} stars): {reason_in_words(problem, reason)}"]
    else:
        room = problem.rooms[place.room]
        expected = audience(problem, plan)[s]
        facts = f"{problem.popularity[s]} stars, {expected:.1f} people expected, room for {room.capacity}"
        lines = [f"{item.id} is in {_where(problem, place)}: {facts}"]
        rivals = shared_fans(problem, plan, s, place.slot)
        if rivals:
            lines.append("clashes here: " + _rivals(problem, rivals))
    choices = sorted(options(problem, plan, s, before), key=lambda choice: (round(choice.change.cost, 6), choice.place))
    open_to_it = [choice for choice in choices if choice.blocked_by is None]
    lines += _listed(problem, plan, s, "other places", open_to_it)
    lines += _listed(problem, plan, s, "taken or forbidden", [choice for choice in choices if choice.blocked_by])
    lines += _wish(problem, plan, s, choices)
    return lines


def reason_in_words(problem: Problem, reason: Reason) -> str:
    """One sentence without its subject."""
    items, rooms = [problem.items[s].id for s in reason.items], [problem.rooms[r].id for r in reason.rooms]
    slots = [problem.slots[t].id for t in reason.slots]
    match reason.kind:
        case "too-long":
            return f"no run without a break is long enough; the longest is {_some(slots)}"
        case "no-room-with-needs":
            return f"no room has {_some(reason.needs)}"
        case "no-open-slot":
            return f"no room that suits ({_some(rooms)}) is open long enough in {_some(slots)}"
        case "pin-impossible":
            where = ", ".join(slots + rooms)
            return f"it is pinned to {where}; against that: {_some(items or reason.rules)}"
        case "presenter-busy":
            return f"{_some(reason.people)} is busy with {_some(items)} whenever it could run"
        case "no-place-left":
            ever = "in any order" if reason.proven else "now"
            return f"every place it could have in {_some(rooms)} is taken {ever}, by {_some(items)}"
        case "place-free":
            return f"nothing speaks against {rooms[0]} in {slots[0]}"


def _listed(problem: Problem, plan: Plan, s: int, title: str, choices: list[Option]) -> list[str]:
    """The first few choices, cheapest first."""
    lines = [f"{title}:"] if choices else []
    for choice in choices[:SHOWN]:
        lines.append(f"  {_where(problem, choice.place)}: {_cost(choice.change)}")
        for block in choice.blocked_by or ():
            lines[-1] += f"; {block.rule} {_some([problem.items[x].id for x in block.items])}".rstrip()
        rivals = shared_fans(problem, plan, s, choice.place.slot)
        if rivals and choice.change.clash > 0:
            lines[-1] += f"; clashes mostly with {_rivals(problem, rivals[:1])}"
    return lines


def _wish(problem: Problem, plan: Plan, s: int, choices: list[Option]) -> list[str]:
    """What the wish of the people who give it would cost, where it is not kept."""
    wish, here = problem.items[s].prefer, plan[s]
    wished = [
        choice
        for choice in choices
        if wish.slot in (None, choice.place.slot) and wish.room in (None, choice.place.room)
    ]
    kept = here is not None and wish.slot in (None, here.slot) and wish.room in (None, here.room)
    if kept or (wish.slot is None and wish.room is None) or not wished:
        return []
    return [f"the wish, {_where(problem, wished[0].place)}: {_cost(wished[0].change)}"]


def _where(problem: Problem, place: Place) -> str:
    return f"{problem.rooms[place.room].id}, {problem.slots[place.slot].id}"


def _cost(change: Change) -> str:
    parts = {
        "clashes": change.clash,
        "full rooms": change.full,
        "slot wish": change.slot_wish,
        "room wish": change.room_wish,
        "moved": change.moved,
        "placed": change.unplaced,
    }
    named = ", ".join(f"{name} {value:+.1f}" for name, value in parts.items() if round(value, 1))
    return f"{change.cost:+.1f} missed seats" + (f" ({named})" if named else "")


def _rivals(problem: Problem, rivals: list[tuple[int, int]]) -> str:
    return ", ".join(f"{problem.items[x].id} ({people} people)" for x, people in rivals[:SHOWN])


def _some(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    listed = list(names)
    more = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" and {more} more" if more > 0 else "")
