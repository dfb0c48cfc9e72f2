"""Who gets what when everybody gets one: the assignment problem, solved exactly.

Hungarian method with potentials and shortest augmenting paths (Jonker and Volgenant 1987). It works on whole numbers,
where sums do not depend on their order, and on floats alike.
"""

from collections.abc import Iterable, Sequence

NOBODY = -1


def cheapest_assignment(table: Sequence[Sequence[float]]) -> list[int]:
    """For each row a different column, with the smallest sum; rows may not outnumber columns.

    O(rows² · columns). Equal sums are settled by order, the same way every time.
    """
    column_of = [NOBODY] * len(table)
    complete(table, column_of, [NOBODY] * (len(table[0]) if table else 0), range(len(table)))
    return column_of


def complete(table: Sequence[Sequence[float]], column_of: list[int], row_of: list[int], waiting: Iterable[int]) -> None:
    """Give the waiting rows a column too, moving the others where that is cheapest; rows may not outnumber columns.

    What is assigned already must pay nothing, in a table without negative entries; or nothing is assigned yet.
    """
    row_price, column_price = [0.0] * len(table), [0.0] * len(row_of)
    if table and isinstance(table[0][0], int):
        row_price, column_price = [0] * len(table), [0] * len(row_of)
    for row in waiting:
        _assign(table, column_of, row_of, row_price, column_price, row)


def _assign(
    table: Sequence[Sequence[float]],
    column_of: list[int],
    row_of: list[int],
    row_price: list[float],
    column_price: list[float],
    new: int,
) -> None:
    """Carry the new row to the free column it reaches most cheaply, and everybody on the way one column further."""
    far: list[float | None] = [None] * len(row_of)
    came_from = [NOBODY] * len(row_of)
    open_columns, done = list(range(len(row_of))), list[int]()
    row, base = new, row_price[new] * 0
    while True:
        costs, paid, nearest, least = table[row], row_price[row] - base, NOBODY, None
        for column in open_columns:
            distance, known = costs[column] - paid - column_price[column], far[column]
            if known is None or distance < known:
                far[column], came_from[column] = distance, row
            else:
                distance = known
            if least is None or distance < least:
                least, nearest = distance, column
        base = base if least is None else least
        if row_of[nearest] == NOBODY:
            break
        open_columns.remove(nearest)
        done.append(nearest)
        row = row_of[nearest]

    row_price[new] += base
    for column in done:
        saved = base - (far[column] or 0)
        row_price[row_of[column]] += saved
        column_price[column] -= saved
    column = nearest
    while True:
        row = came_from[column]
        left, column_of[row], row_of[column] = column_of[row], column, row
        if row == new:
            return
        column = left
