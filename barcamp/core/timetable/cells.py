"""Who could sit where: a matching of items to cells (one room in one slot) that is repaired, never rebuilt.

Each item wants some cells; the matching gives every seated item one of them, and moves others along when a newcomer
needs theirs (augmenting paths, as in Kuhn's method). So "there is still room for everybody" is known at every step.
"""

from collections.abc import Iterable

from barcamp.core.timetable.problem import bit_set, each_bit

NOWHERE = -1


class Cells:
    """Cell numbers are `slot * rooms + room`; sets of cells are bits. `wants[s]` may shrink at any time."""

    def __init__(self, n_cells: int, wants: list[int]) -> None:
        self.wants = wants
        self.cell_of = [NOWHERE] * len(wants)
        self.owner = [NOWHERE] * n_cells
        self.free = (1 << n_cells) - 1
        self.blocked = 0

    def seat(self, s: int) -> bool:
        """Give the unseated item a cell it wants, moving others within what they want; False changes nothing."""
        seen, queue, came_from = self.blocked, [s], dict[int, int]()
        for x in queue:
            fresh = self.wants[x] & ~seen
            if hit := fresh & self.free:
                self._shift(x, (hit & -hit).bit_length() - 1, came_from)
                return True
            seen |= fresh
            for cell in each_bit(fresh):
                came_from[self.owner[cell]] = x
                queue.append(self.owner[cell])
        return False

    def _shift(self, x: int, cell: int, came_from: dict[int, int]) -> None:
        """Move x to the free cell, and everybody on the path into the cell left behind."""
        self.free ^= 1 << cell
        while x != NOWHERE:
            self.owner[cell], self.cell_of[x], cell = x, cell, self.cell_of[x]
            x = came_from.get(x, NOWHERE)

    def unseat(self, s: int) -> None:
        """Free the item's cell."""
        cell = self.cell_of[s]
        self.owner[cell] = self.cell_of[s] = NOWHERE
        self.free |= 1 << cell

    def narrow(self, s: int, wants: int) -> bool:
        """Let the item want only these cells, and seat it again where it must move; False leaves it unseated."""
        self.wants[s] = wants
        if self.cell_of[s] != NOWHERE and wants >> self.cell_of[s] & 1:
            return True
        if self.cell_of[s] != NOWHERE:
            self.unseat(s)
        return self.seat(s)

    def block(self, cells: Iterable[int]) -> bool:
        """Take cells out of the game and seat their owners elsewhere; False leaves some unseated or was blocked."""
        gone = bit_set(cells)
        if gone & self.blocked:
            return False
        homeless = [owner for cell in each_bit(gone) if (owner := self.owner[cell]) != NOWHERE]
        for owner in homeless:
            self.unseat(owner)
        self.blocked |= gone
        self.free &= ~self.blocked
        return [self.seat(s) for s in homeless].count(False) == 0  # all of them, also after one has failed

    def unblock(self, cells: Iterable[int]) -> None:
        """Bring blocked cells back, empty."""
        back = bit_set(cells)
        self.blocked &= ~back
        self.free |= back
