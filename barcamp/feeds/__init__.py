"""Feeds: schedules, rooms, tags, speakers and each person's own agenda for calendars, and the same in other formats.

Knows the ready fragments and joins them. Does not know how they are made: that is core/ical.
Start at routes/calendars.py. Promise: equal revisions give equal bytes; no clock is asked.
"""
