"""The files of the command line: the `barcamp-instance/1` form read strictly, and solutions read and written.

A mistake in a file is named with the place where it stands, since people write these files by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TypeVar

from barcamp.core.timetable.problem import Item, Place, Plan, Problem, Room, Slot, Weights, Wish

T = TypeVar("T")

FORMAT = "barcamp-instance/1"


class BadInstance(ValueError):
    """An instance or a solution is not in the form it should have; the message says where."""


def read(data: object) -> Problem:
    """The problem in the parsed JSON of an instance. Raises BadInstance."""
    top = _object(data, "the instance")
    if top.get("format") != FORMAT:
        raise BadInstance(f'the instance should say "format": "{FORMAT}"')
    slots = _list(top, "slots", "the instance", _slot)
    rooms = _list(top, "rooms", "the instance", lambda row, where: _room(row, where, len(slots)))
    items = _list(top, "sessions", "the instance", lambda row, where: _item(row, where, len(slots), len(rooms)))
    for name, rows in (("slots", slots), ("rooms", rooms), ("sessions", items)):
        _no_twins([row.id for row in rows], f"the ids of {name}")
    stars = _list(top, "stars", "the instance", lambda row, where: tuple(_numbers(row, where, len(items))))
    weights, turnout = _weights(top.get("weights", {})), _number(top.get("turnout", 1.0), "turnout", 0)
    return Problem(slots, rooms, items, stars, weights, turnout)


def write(plan: Plan) -> dict[str, list[list[int] | None]]:
    """The solution form of a plan, ready for JSON."""
    return {"assign": [None if place is None else [place.slot, place.room] for place in plan]}


def read_plan(data: object) -> Plan:
    """The plan in the parsed JSON of a solution. Raises BadInstance; whether the places exist is for rules.py."""
    return _list(_object(data, "the solution"), "assign", "the solution", _place)


def _place(row: object, where: str) -> Place | None:
    if row is None:
        return None
    if not isinstance(row, list) or len(row) != 2:
        raise BadInstance(f"{where} should be [slot, room] or null")
    return Place(_whole(row[0], f"{where}[0]", None), _whole(row[1], f"{where}[1]", None))


def _slot(row: object, where: str) -> Slot:
    data = _object(row, where)
    return Slot(_text(data.get("id"), f"{where}.id"), _whole(data.get("block"), f"{where}.block", None))


def _room(row: object, where: str, n_slots: int) -> Room:
    data = _object(row, where)
    return Room(
        id=_text(data.get("id"), f"{where}.id"),
        capacity=_whole(data.get("capacity"), f"{where}.capacity"),
        equipment=frozenset(_list(data, "equipment", where, _text)),
        closed=frozenset(_numbers(data.get("closed", []), f"{where}.closed", n_slots)),
    )


def _item(row: object, where: str, n_slots: int, n_rooms: int) -> Item:
    data = _object(row, where)
    allowed, people = data.get("slots_allowed"), _list(data, "people", where, _text)
    _no_twins(people, f"{where}.people")
    length = _whole(data.get("length"), f"{where}.length")
    if length == 0:
        raise BadInstance(f"{where}.length should be at least 1")
    return Item(
        id=_text(data.get("id"), f"{where}.id"),
        length=length,
        people=people,
        needs=frozenset(_list(data, "needs", where, _text)),
        topics=_list(data, "topics", where, _text),
        slots_allowed=None if allowed is None else frozenset(_numbers(allowed, f"{where}.slots_allowed", n_slots)),
        prefer=_wish(data.get("prefer"), f"{where}.prefer", n_slots, n_rooms) or Wish(),
        pin=_wish(data.get("pin"), f"{where}.pin", n_slots, n_rooms),
        late_factor=_number(data.get("late_factor", 1.0), f"{where}.late_factor", 1),
    )


def _wish(row: object, where: str, n_slots: int, n_rooms: int) -> Wish | None:
    if row is None:
        return None
    data = _object(row, where)
    slot, room = data.get("slot"), data.get("room")
    return Wish(
        None if slot is None else _whole(slot, f"{where}.slot", n_slots),
        None if room is None else _whole(room, f"{where}.room", n_rooms),
    )


def _weights(row: object) -> Weights:
    data, known = _object(row, "weights"), {field.name for field in fields(Weights)}
    given: dict[str, float] = {}
    for name, value in data.items():
        if name not in known:
            raise BadInstance(f"weights has no {name!r}")
        given[name] = _number(value, f"weights.{name}", 0)
    return Weights(**given)


def _object(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise BadInstance(f"{where} should be an object")
    return value


def _list(data: Mapping[str, object], key: str, where: str, make: Callable[[object, str], T]) -> tuple[T, ...]:
    rows, inside = data.get(key), key if where.startswith("the ") else f"{where}.{key}"
    if not isinstance(rows, list):
        raise BadInstance(f"{inside} should be a list")
    return tuple(make(row, f"{inside}[{n}]") for n, row in enumerate(rows))


def _numbers(value: object, where: str, below: int) -> list[int]:
    """Different whole numbers from 0 up."""
    if not isinstance(value, list):
        raise BadInstance(f"{where} should be a list")
    numbers = [_whole(one, f"{where}[{n}]", below) for n, one in enumerate(value)]
    _no_twins(numbers, where)
    return numbers


def _whole(value: object, where: str, below: int | None = 10**9) -> int:
    """A whole number; with `below`, one from 0 up and smaller than that."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInstance(f"{where} should be a whole number")
    if below is not None and not 0 <= value < below:
        raise BadInstance(f"{where} should be from 0 to {below - 1}, not {value}")
    return value


def _number(value: object, where: str, least: int) -> float:
    # Written so that NaN, which Python's JSON lets through, is refused too.
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < float("inf"):
        raise BadInstance(f"{where} should be a number from {least} up")
    return float(value)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise BadInstance(f"{where} should be text")
    return value


def _no_twins(values: list[str] | tuple[str, ...] | list[int], where: str) -> None:
    if len(set(values)) < len(values):
        twin = next(value for n, value in enumerate(values) if value in values[:n])
        raise BadInstance(f"{where} has {twin!r} twice")
