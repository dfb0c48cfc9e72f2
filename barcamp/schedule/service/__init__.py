"""Every change of the draft. Publishing is in publishing.py.

moves.py: one card by hand · whole.py: all of it at once · history.py: taking back and bringing back · settling.py: what
falls off when a room, a slot or a note changes. They decide with since.py (has somebody been quicker?) and fitting.py
(which rules would break?), and write with writing.py: the log keeps {"places": {note id: {"slot", "room", "pinned"} or
None}} before and after, and all of the history is made from that alone.
"""

from barcamp.schedule.service.history import Reverted, bring_back, redo, take_back, undo
from barcamp.schedule.service.moves import pin, place, take_off
from barcamp.schedule.service.settling import settle
from barcamp.schedule.service.since import hold_unchanged
from barcamp.schedule.service.whole import adopt, arrange, restore
from barcamp.schedule.service.writing import Places, from_log, still_there

__all__ = [
    "Places", "Reverted", "adopt", "arrange", "bring_back", "from_log", "hold_unchanged", "pin", "place", "redo",
    "restore", "settle", "still_there", "take_back", "take_off", "undo",
]  # fmt: skip
