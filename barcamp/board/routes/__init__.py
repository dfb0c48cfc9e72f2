"""The board's pages, one file per resource: the board, moves, their history, arrangements."""

from __future__ import annotations

from barcamp.board.routes import arrangements, board, history, moves
from barcamp.board.routes.door import blueprint

__all__ = ["arrangements", "blueprint", "board", "history", "moves"]
