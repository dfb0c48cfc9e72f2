"""Made-up problems for these tests: small ones from hypothesis, larger ones from a seed, and their JSON form."""

from random import Random

from hypothesis import strategies as st

from barcamp.core.timetable.problem import Item, Place, Plan, Problem, Room, Slot, Weights, Wish

EQUIPMENT = ("projector", "whiteboard", "ramp")


def simple(
    *items: Item, rooms: tuple[int, ...] = (10,), blocks: str = "aaa", stars: tuple[tuple[int, ...], ...] = ()
) -> Problem:
    """A problem by hand: rooms by their seats, slots by the letter of their block."""
    return Problem(
        tuple(Slot(f"t{n}", ord(block)) for n, block in enumerate(blocks)),
        tuple(Room(f"r{n}", seats) for n, seats in enumerate(rooms)),
        items,
        stars,
    )


def items(count: int) -> list[Item]:
    """Plain items, each with a presenter of its own."""
    return [Item(f"s{n}", people=(f"p{n}",)) for n in range(count)]


@st.composite
def problems(draw: st.DrawFn, longest: int = 3, pins: bool = True) -> Problem:
    """Anything goes: windows, equipment, closed rooms, shared presenters, wishes, pins that cannot be kept."""
    n_slots, n_rooms = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    block, slots = 0, []
    for t in range(n_slots):
        block += draw(st.integers(0, 2)) == 0
        slots.append(Slot(f"t{t}", block))
    rooms = tuple(
        Room(
            f"r{r}",
            draw(st.integers(0, 6)),
            draw(st.frozensets(st.sampled_from(EQUIPMENT))),
            draw(st.frozensets(st.integers(0, n_slots - 1), max_size=2)),
        )
        for r in range(n_rooms)
    )
    wish = st.builds(Wish, st.none() | st.integers(0, n_slots - 1), st.none() | st.integers(0, n_rooms - 1))
    n_items = draw(st.integers(1, 9))
    made = tuple(
        Item(
            f"s{s}",
            draw(st.sampled_from([1, 1, 1, *range(1, longest + 1)])),
            tuple(draw(st.lists(st.sampled_from("abcdefg"), unique=True, max_size=2))),
            draw(st.frozensets(st.sampled_from(EQUIPMENT), max_size=1)),
            slots_allowed=draw(st.none() | st.none() | st.frozensets(st.integers(0, n_slots - 1))),
            prefer=draw(wish),
            pin=draw(wish) if pins and draw(st.integers(0, 4)) == 0 else None,
        )
        for s in range(n_items)
    )
    stars = tuple(
        tuple(sorted(draw(st.frozensets(st.integers(0, n_items - 1))))) for _ in range(draw(st.integers(0, 12)))
    )
    return Problem(tuple(slots), rooms, made, stars, draw(st.sampled_from([Weights(), Weights(2, 0.5, 1, 3, 0, 1, 1)])))


@st.composite
def plans(draw: st.DrawFn, problem: Problem) -> Plan:
    """Places without regard to any rule but breaks, so that every figure is defined."""
    plan = []
    for item in problem.items:
        starts = [t for t in range(len(problem.slots)) if problem.fits_block(t, item.length)]
        places = [None, *(Place(t, r) for t in starts for r in range(len(problem.rooms)))]
        plan.append(draw(st.sampled_from(places)))
    return tuple(plan)


def camp(seed: int, n_items: int = 60, n_rooms: int = 9, n_slots: int = 8, n_people: int = 150) -> Problem:
    """A whole BarCamp: a few favorites and many small talks, workshops of two slots, a keynote, presenters who star."""
    rng = Random(seed)
    slots = tuple(Slot(f"slot-{t}", t // 4) for t in range(n_slots))
    rooms = tuple(Room(f"room-{r}", 12 + 80 // (r + 1), frozenset(EQUIPMENT[: 3 - r % 3])) for r in range(n_rooms))
    made = [Item("keynote", 1, ("host",), pin=Wish(0, 0))]
    for s in range(1, n_items):
        people = (f"presenter-{rng.randrange(n_items)}",) + ((f"guest-{s}",) if rng.random() < 0.1 else ())
        early = frozenset(range(n_slots // 2)) if rng.random() < 0.1 else None
        needs = frozenset(["projector"]) if rng.random() < 0.4 else frozenset[str]()
        wish = Wish(rng.randrange(n_slots)) if rng.random() < 0.1 else Wish()
        length = 2 if early is None and rng.random() < 0.08 else 1
        made.append(Item(f"talk-{s}", length, people, needs, slots_allowed=early, prefer=wish))
    stars = []
    for _ in range(n_people):
        mine = {int(n_items * rng.random() ** 2) for _ in range(rng.randrange(1, 12))}
        stars.append(tuple(sorted(mine)))
    return Problem(slots, rooms, tuple(made), tuple(stars))


def as_json(problem: Problem) -> dict[str, object]:
    """The `barcamp-instance/1` form of a problem."""

    def wish(wish: Wish | None) -> dict[str, int]:
        parts = {"slot": wish.slot, "room": wish.room} if wish else {}
        return {part: number for part, number in parts.items() if number is not None}

    def session(item: Item) -> dict[str, object]:
        row: dict[str, object] = {"id": item.id, "length": item.length, "people": list(item.people)}
        row |= {"needs": sorted(item.needs), "topics": list(item.topics)}
        row |= {} if item.slots_allowed is None else {"slots_allowed": sorted(item.slots_allowed)}
        row |= {"prefer": wish(item.prefer)} if wish(item.prefer) else {}
        return row | ({"pin": wish(item.pin)} if item.pin else {})

    return {
        "format": "barcamp-instance/1",
        "slots": [{"id": slot.id, "block": slot.block} for slot in problem.slots],
        "rooms": [
            {
                "id": room.id,
                "capacity": room.capacity,
                "equipment": sorted(room.equipment),
                "closed": sorted(room.closed),
            }
            for room in problem.rooms
        ],
        "sessions": [session(item) for item in problem.items],
        "stars": [list(mine) for mine in problem.stars],
        "weights": vars(problem.weights),
    }
