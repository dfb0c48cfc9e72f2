"""The wall: sticky notes and the stars on them.

Knows people, conferences and the venue's rooms and slots, as wishes. Where a note is placed is schedule/'s to know.
Start at service.py. Promise: a note keeps its id for life; feeds and links rely on it.
"""
