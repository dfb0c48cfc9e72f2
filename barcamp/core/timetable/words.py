"""The scheduler's reasons in plain English, for the command line. Pages say them with their own translated words."""

from collections.abc import Iterable, Sequence

from barcamp.core.timetable.infeasible import Conflict
from barcamp.core.timetable.ledger import Change
from barcamp.core.timetable.options import Option, options, shared_fans
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.reasons import Reason, why_unplaced
from barcamp.core.timetable.repeats import Repeat, repeats
from barcamp.core.timetable.why import Why, why_here

SHOWN = 5
SHOWN_OF_SET = 20


def explain(problem: Problem, plan: Plan, s: int, before: Plan | None = None) -> list[str]:
    """Lines that say why item s is where it is, or nowhere, and what the best other places would cost."""
    if plan[s] is not None:
        return _placed(problem, plan, why_here(problem, plan, s, before))
    item, reason = problem.items[s], why_unplaced(problem, plan)[s]
    lines = [f"{item.id} has no place ({problem.popularity[s]} stars): {reason_in_words(problem, reason)}"]
    choices = sorted(options(problem, plan, s, before), key=lambda choice: (round(choice.change.cost, 6), choice.place))
    lines += _listed(problem, plan, s, "free places", [choice for choice in choices if choice.blocked_by is None])
    lines += _listed(problem, plan, s, "taken or forbidden", [choice for choice in choices if choice.blocked_by])
    return lines


def _placed(problem: Problem, plan: Plan, why: Why) -> list[str]:
    item, s = problem.items[why.item], why.item
    facts = f"{why.stars} stars, {why.expected:.1f} people expected, room for {why.seats}"
    lines = [f"{item.id} is in {_where(problem, why.place)}: {facts}"]
    if why.pinned:
        lines.append("it is pinned")
    if why.clashes:
        lines.append("clashes here: " + _rivals(problem, why.clashes))
    if why.apart:
        lines.append(f"kept apart from: {_rivals(problem, why.apart)}; {why.served} people can go to both")
    lines += [f"its {kind} wish is kept" for kind, kept in (("slot", why.slot_wish), ("room", why.room_wish)) if kept]
    if why.wished:
        lines.append("the wish" + _line(problem, plan, s, why.wished))
    lines += _listed(problem, plan, s, "other times", why.elsewhere)
    lines += _listed(problem, plan, s, "other rooms", why.rooms)
    if why.exchanges:
        lines.append("exchanges:")
        lines += [f"  {_swap(problem, choice)}" for choice in why.exchanges[:SHOWN]]
    lines += [repeat_in_words(problem, found) for found in repeats(problem, plan, frozenset([s])) if why.outside > 0]
    return lines


def reason_in_words(problem: Problem, reason: Reason) -> str:
    """One sentence without its subject."""
    items, rooms = _ids(problem, reason.items), [problem.rooms[r].id for r in reason.rooms]
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


def conflict_in_words(problem: Problem, conflict: Conflict) -> str:
    """One sentence about demands that cannot all be met; every item is named, unless there are very many."""
    names, count = _some(_ids(problem, conflict.items), SHOWN_OF_SET), len(conflict.items)
    slots = ", ".join(problem.slots[t].id for t in conflict.slots)
    if conflict.reason is not None:
        return f"{names} can have no place: {reason_in_words(problem, conflict.reason)}"
    if conflict.kind == "people":
        times = _these(len(conflict.slots), "slot")
        return f"{_some(conflict.people)} cannot give all of these {count} sessions in {times} ({slots}): {names}"
    rooms = ", ".join(problem.rooms[r].id for r in conflict.rooms)
    more = f"; nor is there one for {_some(_ids(problem, conflict.also), SHOWN_OF_SET)}" if conflict.also else ""
    places = _these(conflict.cells, "place")
    return f"these {count} sessions can only go in {places} ({rooms} in {slots}): {names}{more}"


def repeat_in_words(problem: Problem, found: Repeat) -> str:
    """One line about running something twice."""
    where, name = _where(problem, found.place), problem.items[found.item].id
    return f"run {name} twice, again in {where}: about {found.gain:.0f} more people get in"


def _listed(problem: Problem, plan: Plan, s: int, title: str, choices: Sequence[Option]) -> list[str]:
    """The first few choices."""
    lines = [f"{title}:"] if choices else []
    return lines + [f"  {_line(problem, plan, s, choice).removeprefix(', ')}" for choice in choices[:SHOWN]]


def _line(problem: Problem, plan: Plan, s: int, choice: Option) -> str:
    line = f", {_where(problem, choice.place)}: {_cost(choice.change)}"
    for block in choice.blocked_by or ():
        line += f"; {block.rule} {_some(_ids(problem, block.items))}".rstrip()
    rivals = shared_fans(problem, plan, s, choice.place.slot)
    if rivals and choice.change.clash > 0:
        line += f"; clashes mostly with {_rivals(problem, rivals[:1])}"
    return line


def _swap(problem: Problem, choice: Option) -> str:
    if choice.swap is None:
        return ""
    others = _some(_ids(problem, [x for x, _ in choice.swap.others]))
    return f"{_where(problem, choice.place)} with {others}: {_cost(choice.swap.change)}"


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


def _rivals(problem: Problem, rivals: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{problem.items[x].id} ({people} people)" for x, people in rivals[:SHOWN])


def _ids(problem: Problem, items: Iterable[int]) -> list[str]:
    return [problem.items[s].id for s in items]


def _these(count: int, thing: str) -> str:
    return f"this one {thing}" if count == 1 else f"these {count} {thing}s"


def _some(names: Iterable[str], most: int = SHOWN) -> str:
    """The first few names, and how many more there are."""
    listed = list(names)
    more = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {more} more" if more > 0 else "")
