"""Registration: who comes, who waits for a place, and what they wear and eat.

Knows conferences, people and the day's meals. Does not know notes.
Start at service.py. Promise: nobody but organizers sees who comes, unless the person says so.
"""
