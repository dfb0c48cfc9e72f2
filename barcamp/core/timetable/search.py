"""The changes a search can make to a schedule, each tried exactly before it is made."""

from barcamp.core.timetable.books import NOTHING, NOWHERE, Books
from barcamp.core.timetable.problem import Place
from barcamp.core.timetable.seating import Seating
from barcamp.core.timetable.tally import Tally, at_least_two, join, leave


class Search(Books):
    """A schedule that is changed in place. What is refused leaves it as it was; what is made breaks no rule."""

    def trade(self, a: int, b: int, q: int, limit: float) -> bool:
        """Move one-slot item a to slot q, in exchange for b or NOTHING, if that costs at most `limit`; exact.

        The caller has seen to it that both may run there and that their people are free.
        """
        fans, prices, p = self.problem.fans, self.prices, self.slot[a]
        tally_p, tally_q = self.tally[p][:], self.tally[q][:]
        row_p, row_q = [s for s in self.short[p] if s != a], [s for s in self.short[q] if s != b]
        leave(tally_p, fans[a])
        join(tally_q, fans[a])
        row_q.append(a)
        change = prices[a][q] - prices[a][p]
        if b != NOTHING:
            leave(tally_q, fans[b])
            join(tally_p, fans[b])
            row_p.append(b)
            change += prices[b][p] - prices[b][q]
        return self._fill({p: row_p, q: row_q}, {p: tally_p, q: tally_q}, change, limit)

    def replace(self, a: int, b: int, limit: float) -> bool:
        """Give the place of one-slot item b to a, which has none, if that costs at most `limit`; exact.

        The caller has seen to it that a may run there and that its people are free.
        """
        problem, t = self.problem, self.slot[b]
        tally, row = self.tally[t][:], [a if s == b else s for s in self.short[t]]
        leave(tally, problem.fans[b])
        join(tally, problem.fans[a])
        stars, clash = problem.popularity[a] - problem.popularity[b], problem.weights.clash
        change = self.prices[a][t] - self.prices[b][t] + (clash - 1) * stars
        if not self._fill({t: row}, {t: tally}, change, limit):
            return False
        self.place[b], self.slot[b] = None, NOWHERE
        self.fixed += (clash - 1) * stars
        return True

    def _fill(self, rows: dict[int, list[int]], tallies: dict[int, Tally], change: float, limit: float) -> bool:
        """Have other one-slot items in some slots; `change` is what that costs but for clashes and rooms."""
        longs = dict.fromkeys(s for t in rows for s in self.long[t])
        change -= sum(seating.cost for t in rows if (seating := self.seated[t]))
        change -= sum(self.long_price[s] for s in longs) + self.problem.weights.clash * self._stars_won(rows, tallies)
        seated: dict[int, Seating] = {}
        for t, row in rows.items():
            if change > limit or (seating := self.seat(t, row, tallies[t])) is None:
                return False
            seated[t] = seating
            change += seating.cost
        if change + sum(self.price_long(s, rows) for s in longs) > limit:
            return False

        for t, row in rows.items():
            self.short[t], self.tally[t] = row, tallies[t]
            self.settle(t, seated[t])
            self.count_people(t)
        self._count_stretches(rows)
        return True

    def _stars_won(self, rows: dict[int, list[int]], tallies: dict[int, Tally]) -> int:
        """Stars that can be sat through in addition when some slots have these items."""
        stretches = dict.fromkeys(self.problem.stretch_of[t] for t in rows)
        if not any(self.long_in[n] for n in stretches):
            return sum((tally[0] | at_least_two(tally)).bit_count() - self.count[t] for t, tally in tallies.items())
        return sum(self.reach(n, rows) - self.reached[n] for n in stretches)

    def rearrange(self, goals: dict[int, Place], limit: float) -> bool:
        """Put items of any length in other places, if that breaks no rule and costs at most `limit`; exact.

        One-slot items only get the slot named; all rooms of the slots touched are given out anew.
        """
        homes = {s: home for s in goals if (home := self.place[s])}
        places = [*homes.items(), *goals.items()]
        touched = sorted({u for s, place in places for u in self.problem.span(s, place.slot)})
        cost = self.part(touched, list(goals))
        if self._carry(goals, touched) and self.part(touched, list(goals)) - cost <= limit:
            return True
        self._carry(homes, touched)
        return False

    def _carry(self, goals: dict[int, Place], touched: list[int]) -> bool:
        """Carry it out; False when people or rooms are missing, and then it must be taken back."""
        for s in goals:
            self.withdraw(s)
        sound = True
        for s, place in goals.items():
            sound = self.is_free(s, place) and sound
            self.enter(s, place)
        for t in touched:
            sound = self.count_slot(t) and sound
        self._count_stretches(touched)
        return sound

    def _count_stretches(self, slots: dict[int, list[int]] | list[int]) -> None:
        """Work out again what goes beyond single slots: who can sit through what, and longer items' rooms."""
        for n in dict.fromkeys(self.problem.stretch_of[t] for t in slots):
            self.reached[n] = self.reach(n, {})
        for s in dict.fromkeys(s for t in slots for s in self.long[t]):
            self.price_long(s)
