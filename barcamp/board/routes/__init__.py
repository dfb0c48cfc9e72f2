"""The board's pages, one file per resource: the board, moves and their prices, history, arrangements, waivers."""

from __future__ import annotations

from barcamp.board.routes import arrangements, blocks, board, history, moves, prices, searches, waivers
from barcamp.board.routes.door import blueprint

__all__ = ["arrangements", "blocks", "blueprint", "board", "history", "moves", "prices", "searches", "waivers"]
