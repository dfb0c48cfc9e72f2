"""The board: the draft as a grid, for organizers: arrange, move, pin, undo, publish."""
