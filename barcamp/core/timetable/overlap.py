"""What one more item would cost in a slot: the running account that the greedy pass goes by."""

from bisect import insort

from barcamp.core.timetable.crowd import reach_of_stretch
from barcamp.core.timetable.problem import Problem, each_bit


class Overlap:
    """What it costs to put one more item into a slot: stars it would clash with, and people without a seat."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.crowds: list[dict[tuple[int, int], int]] = [{} for _ in problem.stretches]
        self.reached = [0] * len(problem.stretches)
        self.has_long = [False] * len(problem.stretches)
        self.demands: list[list[float]] = [[] for _ in problem.slots]  # negative, so that the largest comes first
        self.capacities = [
            sorted((problem.rooms[r].capacity for r in each_bit(rooms)), reverse=True) for rooms in problem.unlocked
        ]

    def clashes(self, s: int, slot: int) -> int:
        """Stars lost when item s also begins in the slot; exact for the items added so far."""
        n, fans, length = self.problem.stretch_of[slot], self.problem.fans[s], self.problem.items[s].length
        if length == 1 and not self.has_long[n]:
            return (fans & self.crowds[n].get((slot + 1, slot), 0)).bit_count()
        return self.problem.popularity[s] + self.reached[n] - self._reach(n, (slot + length, slot), fans)

    def _reach(self, n: int, key: tuple[int, int], fans: int) -> int:
        crowds = self.crowds[n] | {key: self.crowds[n].get(key, 0) | fans}
        return reach_of_stretch(
            self.problem.stretches[n].start, [(end, start, crowds[end, start]) for end, start in sorted(crowds)]
        )

    def outside(self, s: int, slot: int, clashes: int) -> float:
        """People who find no seat, roughly: a fan with another star in the slot comes half the time, and the crowds of
        a slot fill its rooms by size."""
        demand, total = self.demand(s, clashes), 0.0
        capacities, demands = self.capacities[slot], self.demands[slot]
        rank = 0
        while rank < len(demands) and -demands[rank] >= demand:
            rank += 1
        if rank >= len(capacities):
            return demand
        total = max(0.0, demand - capacities[rank])
        for n in range(rank, min(len(demands), len(capacities) - 1)):
            total += max(0.0, -demands[n] - capacities[n + 1]) - max(0.0, -demands[n] - capacities[n])
        return total

    def demand(self, s: int, clashes: int) -> float:
        """The people expected at item s, roughly, when it clashes with so many stars."""
        return self.problem.demand[s] - clashes / 2 * self.problem.heads[s]

    def add(self, s: int, slot: int, room: int | None = None) -> None:
        """Count item s in; `room` names the one a longer item holds."""
        n, length, fans = self.problem.stretch_of[slot], self.problem.items[s].length, self.problem.fans[s]
        key, clashes = (slot + length, slot), self.clashes(s, slot)
        self.crowds[n][key] = self.crowds[n].get(key, 0) | fans
        self.reached[n] += self.problem.popularity[s] - clashes
        if length == 1:
            insort(self.demands[slot], -self.demand(s, clashes))
        else:
            self.has_long[n] = True
            if room is not None:
                for u in self.problem.span(s, slot):
                    self.capacities[u].remove(self.problem.rooms[room].capacity)
