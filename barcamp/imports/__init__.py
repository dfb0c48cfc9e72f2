"""Imports: a schedule from elsewhere (schedule.xml, schedule.json, iCal) becomes notes, rooms, slots and places here.

Knows everything that an organizer can make by hand, and makes it the same way. Reads files of strangers.
Start at service.py. Promise: nothing is written before somebody has seen what it would be, and then all or nothing.
"""
