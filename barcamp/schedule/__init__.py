"""The schedule: notes get rooms and slots in a draft (Placement), and a published Version for everybody.

Knows the wall, the venue and core/timetable. Does not know feeds: it only keeps each entry's iCal fragment ready.
Start at draft.py, which all read; service/ changes it, arranging.py looks for a better one, blocks.py gathers lightning
talks, and publishing.py (quiet.py, where each move goes public by itself) shows it to everybody.
Promise: what the public sees changes only by publishing, by a cancelled note or a renamed thing.
"""
