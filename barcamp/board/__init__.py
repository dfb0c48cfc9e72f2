"""The board: the draft as a grid, for organizers: arrange, move, pin, undo, publish.

Pages alone: what happens to the draft is schedule/'s. Start at cards.py, which is all of the page, and routes/page.py,
which answers every change. opened.py is the card that is open (prices.py: where else; reasons.py: why here), past.py
the history, arranging.py what a search found; words.py names things for all of them.
"""
